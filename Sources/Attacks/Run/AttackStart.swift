import Pixels

/// A picture that an attack may begin at, and what the classifier says of it.
package struct AttackStart: Sendable {
  let picture: Picture
  let seenClass: Int

  /// So many pictures are looked at where any wrong class will do, and at most so many where one class is wanted.
  static let usual = 64
  static let maximumRead = 2000
  /// So many are kept for the whole run, and of one class.
  static let maximumKept = 512
  static let ofOneClass = 8
  /// No further ones are kept once they have this many bytes: originals that are attacked whole may have fifty megapixels.
  static let maximumBytes = 500_000_000
  /// So many are tried for one picture.
  static let tried = 8
}

extension [AttackStart] {
  /// Some that already are what the attack wants, in a random order.
  func chosen(
    for image: AttackedImage, _ original: Picture, _ random: inout RandomNumbers
  ) -> [Picture] {
    var fitting = filter { start in
      start.picture.size == original.size && start.picture.channels == original.channels
        && (image.target.map { $0 == start.seenClass } ?? (start.seenClass != image.trueClass))
    }.map(\.picture)
    for index in fitting.indices.dropFirst().reversed() { fitting.swapAt(index, random.index(below: index + 1)) }
    return [Picture](fitting.prefix(AttackStart.tried))
  }
}
