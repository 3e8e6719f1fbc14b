import Common

extension ClassLabels {
  /// The names in a list, in an object of either direction between numbers and names, or in the `id2label` of a configuration.
  static func names(in value: JSONValue) -> [String]? {
    switch value {
    case .array(let values):
      let names = values.compactMap { name(in: $0) }
      return names.count == values.count ? names : nil
    case .object(let members):
      return value["id2label"].flatMap { names(in: $0) } ?? namesByNumber(members) ?? numbersByName(members)
    default: return nil
    }
  }

  /// As in `{"0": "cat", "1": "dog"}`.
  private static func namesByNumber(_ members: [JSONValue.Member]) -> [String]? {
    placed(members) { member in
      guard let place = Int(member.name), let name = name(in: member.value) else { return nil }
      return (place, name)
    }
  }

  /// As in `{"cat": 0, "dog": 1}`, the `class_indices` of Keras.
  private static func numbersByName(_ members: [JSONValue.Member]) -> [String]? {
    // A single number is more likely about something else.
    guard members.count > 1 else { return nil }
    return placed(members) { member in
      if case .integer(let place) = member.value { (place, member.name) } else { nil }
    }
  }

  /// `nil` where a member has no place of its own, from 0 on.
  private static func placed(
    _ members: [JSONValue.Member], _ part: (JSONValue.Member) -> (place: Int, name: String)?
  ) -> [String]? {
    var names = [String?](repeating: nil, count: members.count)
    for member in members {
      guard let (place, name) = part(member), names.indices.contains(place), names[place] == nil else { return nil }
      names[place] = name
    }
    return names.compactMap(\.self)
  }

  private static func name(in value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .array(let values): if case .string(let text)? = values.last { text } else { nil }
    default: nil
    }
  }
}
