import Common
import Yams

/// A place in a filter file: a YAML node, with what is needed to name it in an error.
///
/// Reading is strict. Every accessor checks type and range, and its error names file, line, key and what is permitted.
struct FilterNode {
  let node: Node
  let file: String
  /// The keys that lead here, as in `preprocess[0].resize.filter`.
  let key: String

  func error(_ problem: String) -> SluiceError {
    let line = node.mark.map { ":\($0.line)" } ?? ""
    let place = key.isEmpty ? "" : " `\(key)`"
    return SluiceError(.invalidFilter, "\(file)\(line):\(place) \(problem)")
  }

  private func child(_ node: Node, _ name: String) -> FilterNode {
    FilterNode(node: node, file: file, key: key.isEmpty ? name : "\(key).\(name)")
  }

  /// Yams tells keys apart by tags as well, such as `1` from `"1"`; here they are their text.
  private var isThereTwice: SluiceError { error("is there twice") }

  /// The members of a mapping, all of whose keys must be among `permitted`.
  func members(_ permitted: [String]) throws(SluiceError) -> FilterMembers {
    guard let mapping = node.mapping else {
      throw error("must be a mapping with the keys \(listed(permitted))")
    }
    var members: [String: FilterNode] = [:]
    for (name, value) in mapping {
      guard let text = name.scalar?.string, permitted.contains(text) else {
        let place = child(name, name.scalar?.string ?? "?")
        throw place.error("is not a known key; permitted are \(listed(permitted))")
      }
      guard members[text] == nil else { throw child(name, text).isThereTwice }
      members[text] = child(value, text)
    }
    return FilterMembers(parent: self, members: members)
  }

  /// The one member of a mapping whose single key is a case of an enumeration, as in `{median: 2}`.
  func onlyMember<Key: RawRepresentable & CaseIterable>(
    of type: Key.Type, what: String
  ) throws(SluiceError) -> (key: Key, value: FilterNode) where Key.RawValue == String {
    let permitted = Key.allCases.map(\.rawValue)
    let all = try members(permitted).members
    guard let only = all.first, all.count == 1, let key = Key(rawValue: only.key) else {
      throw error("must name exactly one \(what): \(listed(permitted))")
    }
    return (key, only.value)
  }

  /// What `read` makes of each member of a mapping whose keys the operator chooses, in the order of the file.
  func namedMembers<Value>(
    _ count: ClosedRange<Int>, of read: (String, FilterNode) throws(SluiceError) -> Value
  ) throws(SluiceError) -> [Value] {
    guard let mapping = node.mapping else { throw error("must be a mapping from names") }
    try check(mapping.count, isIn: count)
    var values: [Value] = []
    var names: Set<String> = []
    for (name, value) in mapping {
      guard let text = name.scalar?.string, !text.isEmpty else { throw error("must be a mapping from names") }
      guard names.insert(text).inserted else { throw child(name, text).isThereTwice }
      values.append(try read(text, child(value, text)))
    }
    return values
  }

  /// What `read` makes of each element of a sequence.
  func list<Value>(
    _ count: ClosedRange<Int>, of read: (FilterNode) throws(SluiceError) -> Value
  ) throws(SluiceError) -> [Value] {
    guard let sequence = node.sequence else { throw error("must be a list") }
    try check(sequence.count, isIn: count)
    var values: [Value] = []
    for (index, element) in sequence.enumerated() {
      values.append(try read(FilterNode(node: element, file: file, key: "\(key)[\(index)]")))
    }
    return values
  }

  var isMapping: Bool { node.mapping != nil }

  /// The text of a single value; `nil` for a list or mapping.
  var scalarText: String? { node.scalar?.string }

  func string() throws(SluiceError) -> String {
    guard let text = scalarText, !text.isEmpty else { throw error("must be text") }
    return text
  }

  func boolean() throws(SluiceError) -> Bool {
    switch scalarText {
    case "true": return true
    case "false": return false
    default: throw error("is \(shown); permitted are true, false")
    }
  }

  func integer(_ range: ClosedRange<Int>) throws(SluiceError) -> Int {
    guard let text = scalarText, let value = Int(text), range.contains(value) else {
      throw error("is \(shown); \(permitted(range, "whole numbers from "))")
    }
    return value
  }

  func number(_ range: ClosedRange<Double>) throws(SluiceError) -> Double {
    guard let text = scalarText, let value = Double(text), value.isFinite, range.contains(value) else {
      throw error("is \(shown); permitted are numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A number with a decimal unit, as in `10MB` or `50MP`; a plain number counts in ones.
  func quantity(unit: String, _ range: ClosedRange<Int>) throws(SluiceError) -> Int {
    if let value = UnitNotation.decimal(unit).number(of: scalarText ?? "", within: range) { return value }
    throw error(
      "is \(shown); permitted are \(range.lowerBound) to \(range.upperBound), as in \(range.lowerBound) or 10M\(unit)")
  }

  /// One of the permitted texts.
  func choice(of permitted: [String]) throws(SluiceError) -> String {
    if let text = scalarText, permitted.contains(text) { return text }
    throw error(
      "is \(shown); permitted are \(permitted.isEmpty ? "none, as the filter names none" : listed(permitted))")
  }

  /// A value of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type
  ) throws(SluiceError) -> Choice where Choice.RawValue == String {
    if let text = scalarText, let choice = Choice(rawValue: text) { return choice }
    throw error("is \(shown); permitted are \(listed(Choice.allCases.map(\.rawValue)))")
  }

  private func check(_ count: Int, isIn range: ClosedRange<Int>) throws(SluiceError) {
    guard !range.contains(count) else { return }
    throw error("has \(count) \(count == 1 ? "entry" : "entries"); \(permitted(range))")
  }

  /// `permitted are 1 to 3`, or `permitted is 3` where nothing else is.
  private func permitted(_ range: ClosedRange<Int>, _ kind: String = "") -> String {
    range.lowerBound == range.upperBound
      ? "permitted is \(range.lowerBound)" : "permitted are \(kind)\(range.lowerBound) to \(range.upperBound)"
  }

  var shown: String {
    scalarText.map { "`\($0)`" } ?? "not a single value"
  }

  private func listed(_ names: [String]) -> String { names.joined(separator: ", ") }
}

/// The members of a mapping whose keys are known to be permitted. Where they are fixed, `KeyedMembers` reads them; here they come from
/// the catalogues of squeezers and detectors.
struct FilterMembers {
  let parent: FilterNode
  private(set) var members: [String: FilterNode]

  init(parent: FilterNode, members: [String: FilterNode]) {
    self.parent = parent
    self.members = members
  }

  /// Leaves out members that are not to be read.
  mutating func forget(_ names: [String]) {
    for name in names { members[name] = nil }
  }

  subscript(name: String) -> FilterNode? { members[name] }

  subscript<Key: RawRepresentable<String>>(key: Key) -> FilterNode? { members[key.rawValue] }

  /// The keys that are there, in no particular order.
  var names: [String] { Array(members.keys) }

  /// What `read` makes of a member; `nil` when it is not there.
  func optional<Value>(
    _ name: String, _ read: (FilterNode) throws(SluiceError) -> Value
  ) throws(SluiceError) -> Value? {
    guard let member = members[name] else { return nil }
    return try read(member)
  }

  func required(_ name: String) throws(SluiceError) -> FilterNode {
    guard let member = members[name] else { throw parent.error("lacks the key `\(name)`") }
    return member
  }
}
