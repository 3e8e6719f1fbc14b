/// A uniform sample of at most so many images, whatever their number and order: those with the smallest digests.
///
/// An image that came before is the same image, and counts once. Once the sample is full, most images need not even be
/// judged, because their digests are too large.
package struct DigestSample: Sendable {
  private let capacity: Int
  private var digests: Set<String> = []
  /// Larger digests are out; a bound that falls while images come in.
  private var bound: String?

  /// - Precondition: `capacity` is at least 1.
  package init(capacity: Int) {
    precondition(capacity >= 1)
    self.capacity = capacity
  }

  /// Whether an image with this digest is in the sample of what has been entered.
  package func holds(_ digest: String) -> Bool { digests.contains(digest) && !isOut(digest) }

  /// Enters an image; false when it is there already, or too large to be of use.
  ///
  /// - Complexity: O(1) on average; now and then O(capacity · log capacity).
  package mutating func enter(_ digest: String) -> Bool {
    guard !isOut(digest), digests.insert(digest).inserted else { return false }
    // Sorting at every entry would cost more than letting a few too many wait.
    if digests.count >= 2 * capacity { trim() }
    return true
  }

  /// The digests of the sample, sorted.
  package mutating func sorted() -> [String] {
    trim()
    return digests.sorted()
  }

  private func isOut(_ digest: String) -> Bool { bound.map { digest > $0 } ?? false }

  private mutating func trim() {
    guard digests.count > capacity else { return }
    let smallest = digests.sorted().prefix(capacity)
    bound = smallest.last
    digests = Set(smallest)
  }
}
