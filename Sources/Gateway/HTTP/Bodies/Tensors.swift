import Common

/// Where an inference protocol has the images that are judged as it says.
package enum Tensors {
  /// The Open Inference Protocol: the data of its inputs.
  case inputs
  /// TensorFlow Serving: the instances.
  case instances

  /// A request without them.
  func removed(from request: JSONValue) -> JSONValue {
    guard case .object(let members) = request else { return request }
    return .object(members.compactMap(kept))
  }

  /// What is left of a member of a request; `nil` for nothing.
  private func kept(_ member: JSONValue.Member) -> JSONValue.Member? {
    switch self {
    case .instances: return member.name.isSpelt("instances") ? nil : member
    case .inputs:
      guard member.name.isSpelt("inputs") else { return member }
      return JSONValue.Member(name: member.name, value: Self.withoutData(member.value))
    }
  }

  private static func withoutData(_ inputs: JSONValue) -> JSONValue {
    guard case .array(let elements) = inputs else { return inputs }
    return .array(
      elements.map { element in
        guard case .object(let members) = element else { return element }
        return .object(members.filter { !$0.name.isSpelt("data") })
      })
  }
}
