/// The names of an object's members that were read so far.
///
/// They are compared as bytes: to hash or compare a text takes far longer than to read it, where it is made for that. Most
/// objects have so few members that looking at all of them is cheaper than a set.
struct MemberNames {
  private static let mostInOrder = 16

  private var inOrder: [String] = []
  /// All names, once they are too many to look at one after another.
  private var hashed: Set<[UInt8]> = []

  var count: Int { hashed.isEmpty ? inOrder.count : hashed.count }

  /// Adds a name, unless it is there.
  ///
  /// - Returns: whether it was not.
  /// - Complexity: O(bytes of the name), on average.
  mutating func insert(_ name: String) -> Bool {
    guard hashed.isEmpty else { return hashed.insert(Array(name.utf8)).inserted }
    guard !inOrder.contains(where: { Self.isSame($0.utf8, name.utf8) }) else { return false }
    inOrder.append(name)
    if inOrder.count > Self.mostInOrder { hashed = Set(inOrder.map { Array($0.utf8) }) }
    return true
  }

  private static func isSame(_ one: String.UTF8View, _ other: String.UTF8View) -> Bool {
    one.count == other.count && one.elementsEqual(other)
  }
}
