/// Where the fingerprints of a chain stand in the index: those that no other of them is near to.
struct AnchorRing: Sendable {
  /// The first question's is the first of them.
  private(set) var places: [Int32]
  private var next = 1

  static let maximum = 64
  /// What is farther than this from every anchor becomes one.
  static let distance = 2.0

  init(beginningWith place: Int32) { places = [place] }

  var first: Int32 { places[0] }

  /// Adds a further one.
  ///
  /// - Returns: the anchor that goes for it: the oldest but the first.
  mutating func add(_ place: Int32) -> Int32? {
    guard places.count >= Self.maximum else {
      places.append(place)
      return nil
    }
    let old = places[next]
    places[next] = place
    next = next + 1 < Self.maximum ? next + 1 : 1
    return old
  }
}
