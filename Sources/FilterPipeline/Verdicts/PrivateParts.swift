import Common

extension Verdict {
  /// Whether the verdict rests on detectors that only the operator may know of.
  package var hasPrivateParts: Bool { hasPrivateDetectors }

  /// The verdict as JSON, without what only the operator may know.
  package var publicJSON: JSONValue { PrivateParts.removed(from: json) }
}

/// What only the operator may know, in the JSON of a verdict or of a record of one.
///
/// The JSON says itself what is private, so that a record can be shown long after its filter has gone:
///
///     detectors[].private           the detector goes
///     compared.groups[].private     the group goes: all its detectors are private
///     error.private                 the text goes, the code stays
///     way.private                   the whole goes: the filter has private detectors, asked or not
///     filter.privateFiles           the files of these keys go
///
/// Where there is a private detector, everything that rests on its score goes too: the combined p-value, which clean images
/// it was taken from, the fused score, and the p-value and the flag of a group that has other detectors besides. What a
/// public detector says for itself stays; in such a group its own flag is also its group's, so a private detector is better
/// in a group of its own.
package enum PrivateParts {
  /// The JSON without them; the same where there are none, and for what is no object.
  ///
  /// - Complexity: O(detectors + groups + files).
  package static func removed(from said: JSONValue) -> JSONValue {
    guard case .object(let members) = said else { return said }
    let detectors = elements(said["detectors"])
    let groups = elements(said["compared"]?["groups"])
    let rests = (detectors + groups + [said["way"] ?? .null]).contains(where: isPrivate)
    return .object(
      members.compactMap { member in
        let value: JSONValue? =
          switch member.name {
          case "pValue": rests ? nil : member.value
          case "compared": rests ? compared(groups, beside: detectors) : member.value
          case "detectors": visible(member.value)
          case "error": error(member.value)
          case "way": isPrivate(member.value) ? nil : member.value
          case "filter": filter(member.value)
          default: member.value
          }
        return value.map { JSONValue.Member(name: member.name, value: $0) }
      })
  }

  /// Whether a detector, a group or an error says that it is private.
  ///
  /// Anything but `false` says so: what is damaged is not shown.
  static func isPrivate(_ part: JSONValue) -> Bool {
    part[mark].map { $0 != .bool(false) } ?? false
  }

  /// What a private part says of itself.
  static let mark = "private"

  /// A record from which something was removed, with a member that says so.
  ///
  /// - Parameters:
  ///   - witness: what private detectors are called as a whole, where it is to be told that one was decisive.
  package static func marked(_ left: JSONValue, mentioning witness: String? = nil) -> JSONValue {
    guard case .object(var members) = left else { return left }
    if let witness {
      let shown = elements(left[RecordedVerdict.detectorsName])
      members.removeAll { $0.name == RecordedVerdict.detectorsName }
      let all = JSONValue.array(shown + [RecordedDetector(withheld: witness).json])
      members.append(JSONValue.Member(name: RecordedVerdict.detectorsName, value: all))
    }
    members.append(JSONValue.Member(name: RecordedVerdict.withheldName, value: .bool(true)))
    return .object(members)
  }

  private static func elements(_ value: JSONValue?) -> [JSONValue] {
    if case .array(let elements) = value { return elements }
    return []
  }

  /// `nil` where nothing is left of a list.
  private static func visible(_ list: JSONValue) -> JSONValue? {
    guard case .array(let parts) = list, parts.contains(where: isPrivate) else { return list }
    let left = parts.filter { !isPrivate($0) }
    return left.isEmpty ? nil : .array(left)
  }

  /// The groups that have a public detector, each with what rests on public scores alone.
  private static func compared(_ groups: [JSONValue], beside detectors: [JSONValue]) -> JSONValue? {
    let resting = Set(detectors.filter(isPrivate).compactMap { $0["group"] })
    let left = groups.filter { !isPrivate($0) }.map { group in
      group["name"].map(resting.contains) == true ? without(["pValue", "flagged"], group) : group
    }
    return left.isEmpty ? nil : .object(["groups": .array(left)])
  }

  private static func error(_ value: JSONValue) -> JSONValue {
    guard isPrivate(value) else { return value }
    return .object(["code": value["code"], "message": .string(SluiceError.withheldMessage)])
  }

  private static func filter(_ value: JSONValue) -> JSONValue {
    guard value["privateFiles"] != nil, case .object(let members) = value else { return value }
    let keys = Set(elements(value["privateFiles"]))
    return .object(
      members.compactMap { member in
        switch member.name {
        case "privateFiles": return nil
        case "files":
          guard case .object(let files) = member.value else { return nil }
          let left = files.filter { !keys.contains(.string($0.name)) }
          return left.isEmpty ? nil : JSONValue.Member(name: member.name, value: .object(left))
        default: return member
        }
      })
  }

  private static func without(_ names: Set<String>, _ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return value }
    return .object(members.filter { !names.contains($0.name) })
  }
}
