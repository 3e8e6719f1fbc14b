import Calibration

/// How many adversarial images the classifier answers rightly all the same, where their paths tell the class.
///
/// What was made for another size or crop, or for another arithmetic, often comes to nothing. Whether it is flagged says little.
/// Where a squeezed version goes on, it is the answer to that one, and squeezing may be what undid the attack.
struct AnsweredRightly {
  private let count: Int
  private let total: Int
  private let forwarded: String?

  private static let worthSaying = 0.25

  /// - Parameters:
  ///   - adversarial: adversarial images and changed versions of them; only the images as they came count.
  ///   - forwarded: the squeezed version that the filter forwards; `nil` for the image itself.
  init(_ adversarial: [ScoredImage], forwarded: String?) {
    self.forwarded = forwarded
    let images = adversarial.filter { $0.kind == ScoredImage.original }
    total = images.count
    count = images.count(where: \.isAnsweredRightly)
  }

  /// What to say of them; nothing where they are few.
  var lines: [String] {
    guard total > 0, Double(count) >= Self.worthSaying * Double(total) else { return [] }
    if let forwarded {
      return [
        "To what the filter forwards (`\(forwarded)`) the classifier answers \(count) of \(total) adversarial images rightly: "
          + "they do no harm there, and count as no detections."
      ]
    }
    return [
      "The classifier answers \(count) of \(total) adversarial images rightly all the same: they may have been made for "
        + "another preparation of pictures, or another model."
    ]
  }
}
