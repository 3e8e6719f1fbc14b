import Calibration

/// How many adversarial images the classifier answers rightly all the same, where their paths tell the class.
///
/// What was made for another size or crop, or for another arithmetic, often comes to nothing. Whether it is flagged says little.
struct AnsweredRightly {
  private let count: Int
  private let total: Int

  private static let worthSaying = 0.25

  /// - Parameters:
  ///   - adversarial: adversarial images and changed versions of them; only the images as they came count.
  init(_ adversarial: [ScoredImage]) {
    let images = adversarial.filter { $0.kind == ScoredImage.original }
    total = images.count
    count = images.count(where: \.isAnsweredRightly)
  }

  /// What to say of them; nothing where they are few.
  var lines: [String] {
    guard total > 0, Double(count) >= Self.worthSaying * Double(total) else { return [] }
    return [
      "The classifier answers \(count) of \(total) adversarial images rightly all the same: they may have been made for "
        + "another preparation of pictures, or another model."
    ]
  }
}
