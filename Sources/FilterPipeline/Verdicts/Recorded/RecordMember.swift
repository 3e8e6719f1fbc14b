import Common

/// A part of a recorded verdict: a value that is an object in JSON, whose members are declared once, for writing and for reading.
package protocol RecordPart: Sendable, Hashable {
  /// A part about which nothing is known.
  init()

  /// The members in the order in which they are written.
  static var members: [RecordMember<Self>] { get }
}

/// One member of a part: its name, where its value is kept, and how the value looks in JSON.
package struct RecordMember<Part: RecordPart>: Sendable {
  package let name: String
  /// `nil` where the member is left out.
  let written: @Sendable (Part) -> JSONValue?
  /// Takes a value over, or notes that it is none of the member's type; then the part stays as it is.
  let read: @Sendable (JSONValue, inout Part, inout RecordDamage) -> Void

  package init(
    _ name: String, written: @escaping @Sendable (Part) -> JSONValue?,
    read: @escaping @Sendable (JSONValue, inout Part, inout RecordDamage) -> Void
  ) {
    self.name = name
    self.written = written
    self.read = read
  }
}

extension RecordPart {
  /// The part as JSON.
  ///
  /// - Complexity: O(values in it).
  package var json: JSONValue {
    .object(
      Self.members.compactMap { member in
        member.written(self).map { JSONValue.Member(name: member.name, value: $0) }
      })
  }

  /// What can be read of it. Members that are missing or unknown are no damage: older and newer versions of the format have
  /// fewer and more.
  ///
  /// - Complexity: O(members of the value × members of the part).
  package init(_ json: JSONValue, _ damage: inout RecordDamage) {
    self.init()
    guard case .object = json else {
      damage.note()
      return
    }
    for member in Self.members {
      guard let value = json[member.name] else { continue }
      damage.enter(member.name)
      member.read(value, &self, &damage)
      damage.leave()
    }
  }
}

/// Where a record is not what its format says: the paths of members that are of another type.
package struct RecordDamage: Sendable, Hashable {
  /// Such as `detectors[3].score`, in the order of the record; a record that was destroyed wholly names the first of them.
  package private(set) var paths: [String] = []
  private var path: [Step] = []

  private enum Step: Sendable, Hashable {
    case member(String)
    case element(Int)
  }

  private static let maximumPaths = 20

  package init() {}

  mutating func enter(_ name: String) { path.append(.member(name)) }
  mutating func enter(_ index: Int) { path.append(.element(index)) }
  mutating func leave() { path.removeLast() }

  package mutating func note() {
    guard paths.count < Self.maximumPaths else { return }
    var text = ""
    for step in path {
      switch step {
      case .member(let name): text += text.isEmpty ? name : "." + name
      case .element(let index): text += "[\(index)]"
      }
    }
    paths.append(text.isEmpty ? "record" : text)
  }
}
