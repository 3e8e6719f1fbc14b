import Common

/// The kinds of values that members have. Where nothing else is said, `nil` is left out, and null reads as `nil`.
extension RecordMember {
  package typealias Path<Value> = any WritableKeyPath<Part, Value> & Sendable

  package static func text(_ name: String, _ path: Path<String?>) -> Self {
    optional(name, path, JSONValue.string) { value in
      if case .string(let text) = value { text } else { nil }
    }
  }

  package static func integer(_ name: String, _ path: Path<Int?>) -> Self {
    optional(name, path, JSONValue.integer, whole)
  }

  /// - Parameters:
  ///   - decimals: as many are written at most.
  package static func number(_ name: String, _ path: Path<Double?>, decimals: Int = 9) -> Self {
    optional(name, path, { .number($0, decimals: decimals) }, number)
  }

  /// A word out of a fixed set.
  package static func word<Word: RawRepresentable<String> & SendableMetatype>(_ name: String, _ path: Path<Word?>)
    -> Self
  {
    optional(name, path, { .string($0.rawValue) }) { value in
      if case .string(let text) = value { Word(rawValue: text) } else { nil }
    }
  }

  /// True or false, and always written.
  package static func truth(_ name: String, _ path: Path<Bool>) -> Self {
    RecordMember(name) {
      .bool($0[keyPath: path])
    } read: { value, part, damage in
      if case .bool(let truth) = value { part[keyPath: path] = truth } else { damage.note() }
    }
  }

  package static func truth(_ name: String, _ path: Path<Bool?>) -> Self {
    optional(name, path, JSONValue.bool) { value in
      if case .bool(let truth) = value { truth } else { nil }
    }
  }

  /// Written where it is true.
  package static func mark(_ name: String, _ path: Path<Bool>) -> Self {
    RecordMember(name) {
      $0[keyPath: path] ? .bool(true) : nil
    } read: { value, part, damage in
      if case .bool(let truth) = value { part[keyPath: path] = truth } else { damage.note() }
    }
  }

  /// Written where it is true. Anything but false reads as true: what is damaged is not shown.
  static func privacy(_ path: Path<Bool>) -> Self {
    RecordMember(PrivateParts.mark) {
      $0[keyPath: path] ? .bool(true) : nil
    } read: { value, part, damage in
      part[keyPath: path] = value != .bool(false)
      if case .bool = value { return }
      damage.note()
    }
  }

  /// Another part, in an object of its own.
  package static func part<Other: RecordPart>(_ name: String, _ path: Path<Other?>) -> Self {
    RecordMember(name) {
      $0[keyPath: path]?.json
    } read: { value, part, damage in
      guard value != .null else { return }
      part[keyPath: path] = Other(value, &damage)
    }
  }

  /// Several parts; an empty list is left out.
  package static func parts<Other: RecordPart>(_ name: String, _ path: Path<[Other]>) -> Self {
    RecordMember(name) { part in
      part[keyPath: path].isEmpty ? nil : .array(part[keyPath: path].map(\.json))
    } read: { value, part, damage in
      guard case .array(let elements) = value else { return damage.note() }
      var parts: [Other] = []
      for (index, element) in elements.enumerated() {
        damage.enter(index)
        parts.append(Other(element, &damage))
        damage.leave()
      }
      part[keyPath: path] = parts
    }
  }

  /// A list of texts; an empty one is left out.
  package static func texts(_ name: String, _ path: Path<[String]>) -> Self {
    RecordMember(name) { part in
      part[keyPath: path].isEmpty ? nil : .array(part[keyPath: path].map(JSONValue.string))
    } read: { value, part, damage in
      guard let texts = texts(value) else { return damage.note() }
      part[keyPath: path] = texts
    }
  }

  /// A list of texts that is written where it is empty, too.
  package static func texts(_ name: String, _ path: Path<[String]?>) -> Self {
    optional(name, path, { .array($0.map(JSONValue.string)) }, texts)
  }

  package static func integers(_ name: String, _ path: Path<[Int]?>) -> Self {
    optional(name, path, { .array($0.map(JSONValue.integer)) }) { value in
      guard case .array(let elements) = value else { return nil }
      let integers = elements.compactMap(whole)
      return integers.count == elements.count ? integers : nil
    }
  }

  /// Texts by their names, in an object of their own; an empty one is left out.
  static func named(_ name: String, _ path: Path<[RecordedText]>) -> Self {
    RecordMember(name) { part in
      object(part[keyPath: path].map { JSONValue.Member(name: $0.name, value: .string($0.text)) })
    } read: { value, part, damage in
      guard case .object(let members) = value else { return damage.note() }
      part[keyPath: path] = members.compactMap { member in
        guard case .string(let text) = member.value else { return nil }
        return RecordedText(name: member.name, text: text)
      }
      if part[keyPath: path].count < members.count { damage.note() }
    }
  }

  /// Numbers by their names, in an object of their own; an empty one is left out.
  static func named(_ name: String, _ path: Path<[RecordedNumber]>) -> Self {
    RecordMember(name) { part in
      object(
        part[keyPath: path].map { JSONValue.Member(name: $0.name, value: $0.value.map(JSONValue.number) ?? .null) })
    } read: { value, part, damage in
      guard case .object(let members) = value else { return damage.note() }
      part[keyPath: path] = members.compactMap { member in
        let value = number(member.value)
        return value == nil && member.value != .null ? nil : RecordedNumber(name: member.name, value: value)
      }
      if part[keyPath: path].count < members.count { damage.note() }
    }
  }

  // MARK: - Between them

  private static func optional<Value>(
    _ name: String, _ path: Path<Value?>, _ written: @escaping @Sendable (Value) -> JSONValue,
    _ read: @escaping @Sendable (JSONValue) -> Value?
  ) -> Self {
    RecordMember(name) {
      $0[keyPath: path].map(written)
    } read: { value, part, damage in
      guard value != .null else { return }
      guard let known = read(value) else { return damage.note() }
      part[keyPath: path] = known
    }
  }

  private static func object(_ members: [JSONValue.Member]) -> JSONValue? {
    members.isEmpty ? nil : .object(members)
  }

  @Sendable private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .exact(let number), .number(let number, _): number
    case .exactSingle(let number): Double(number)
    default: nil
    }
  }

  @Sendable private static func whole(_ value: JSONValue) -> Int? {
    if case .integer(let number) = value { number } else { nil }
  }

  @Sendable private static func texts(_ value: JSONValue) -> [String]? {
    guard case .array(let elements) = value else { return nil }
    let texts = elements.compactMap { element in
      if case .string(let text) = element { text } else { nil as String? }
    }
    return texts.count == elements.count ? texts : nil
  }
}

/// A text and what it is called.
package struct RecordedText: Sendable, Hashable {
  package var name: String
  package var text: String
}

/// A number and what it is called; `nil` for one that was not finite.
package struct RecordedNumber: Sendable, Hashable {
  package var name: String
  package var value: Double?
}
