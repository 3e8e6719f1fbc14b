import Common

/// The members of a mapping whose keys are the cases of an enumeration.
struct KeyedMembers<Key: RawRepresentable & CaseIterable> where Key.RawValue == String {
  private var members: FilterMembers

  fileprivate init(_ members: FilterMembers) { self.members = members }

  /// Leaves out members that are not to be read.
  mutating func forget(_ keys: [Key]) { members.forget(keys.map(\.rawValue)) }

  subscript(key: Key) -> FilterNode? { members[key.rawValue] }

  /// What `read` makes of a member; `nil` when it is not there.
  func optional<Value>(
    _ key: Key, _ read: (FilterNode) throws(SluiceError) -> Value
  ) throws(SluiceError) -> Value? {
    try members.optional(key.rawValue, read)
  }

  func required(_ key: Key) throws(SluiceError) -> FilterNode { try members.required(key.rawValue) }
}

extension FilterNode {
  /// The members of a mapping, whose keys must be cases of an enumeration.
  func members<Key: RawRepresentable & CaseIterable>(
    of type: Key.Type
  ) throws(SluiceError) -> KeyedMembers<Key> where Key.RawValue == String {
    try members(among: Array(Key.allCases))
  }

  /// The members of a mapping, whose keys must be some of an enumeration's.
  func members<Key: RawRepresentable & CaseIterable>(
    among permitted: [Key]
  ) throws(SluiceError) -> KeyedMembers<Key> where Key.RawValue == String {
    KeyedMembers(try members(permitted.map(\.rawValue)))
  }
}
