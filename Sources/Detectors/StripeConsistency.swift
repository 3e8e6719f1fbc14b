import Common
import Pixels
import Squeezers

/// Stripes in every channel: how consistently the pixels of a column (or row) lie on the same side of their two
/// neighbours' mean, 0…1.
///
///     b(y,x) = 2·P(y,x) − P(y,x−1) − P(y,x+1),   s = sign(b) where |b| > 1, else 0,   c(x) = |mean over y of s(y,x)|
///
/// A plane P scores the median of c over the columns but the first and last; the mean of the middle two where their
/// number is even. A direction scores the smallest of the planes green, red − green and blue − green, and the image the
/// larger of columns and rows. Gray images have one plane, brightness; with `signal: brightness` all images have. A bend of
/// one level counts as 0, because a smooth ramp that was rounded to 8 bits has it all along a line: constant images and
/// drawn gradients score 0. Where lines of a direction are shorter than 16 pixels or fewer than 3, that direction says
/// nothing; where neither speaks, the detector abstains.
///
/// One-pixel stripes of ±ε, from which the Square attack starts and which it keeps wherever no square was accepted
/// (Andriushchenko et al., ECCV 2020), choose a sign for each channel by itself, and so are in all three planes. Fences
/// and barcodes in gray are striped in brightness but not in colour differences, and a 4:2:0 JPEG that was not scaled is
/// blocky in colour differences but not in green: the smallest plane leaves both alone. Signs, unlike the means that
/// `StripeNoise` compares, do not grow with the contrast of a few columns, and neither does a median.
///
/// Stripes with one sign for all channels are in none of the differences. Brightness sees them, and a fence or the lines of a
/// screen as well, in every image: give it a small share of the budget, in a group of its own.
///
/// Gray images lack the colour differences, and a fence scores as high as the attack there. So does a shadow of blinds on
/// something coloured, which darkens the channels by their share and so leaves stripes in their differences. So do the
/// subpixels of a screen that was photographed. Squares that cover most of most columns hide the stripes. An attacker who
/// knows it starts from something else.
package struct StripeConsistency: ImageDetector {
  /// What the stripes are looked for in.
  package enum Signal: String, Sendable, Hashable, CaseIterable {
    /// Green, red minus green and blue minus green; the smallest counts.
    case channels
    /// Brightness alone.
    case brightness
  }

  package static let kind = DetectorKind(
    .stripeConsistency,
    "how consistently columns and rows lie above or below their neighbours, in every channel or in brightness",
    source: "the attack: Andriushchenko et al. 2020", parameters: [signalParameter]
  ) { arguments in
    StripeConsistency(signal: arguments.values.choice(signalParameter, as: Signal.self))
  }
  private static let signalParameter = Parameter.choice(
    "signal", default: Signal.channels,
    "what the stripes are looked for in: channels for stripes of a sign for each, brightness for gray ones, and for fences"
  )

  package let signal: Signal

  package init(signal: Signal = .channels) {
    self.signal = signal
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    let planes = planes(of: image, shared)
    let columns = Self.weakest(planes, over: image.size.height) { $0.columnSignSums() }
    let rows = Self.weakest(planes, over: image.size.width) { $0.rowSignSums() }
    guard let strongest = [columns, rows].compactMap(\.self).max() else {
      return DetectorScore(nil, "too small to tell stripes from detail")
    }
    let direction = strongest == columns ? "columns" : "rows"
    let place = planes.count > 1 ? "green and both colour differences" : "brightness"
    var score = DetectorScore(strongest, "consistency of sign along \(direction) in \(place)")
    score.measurements = [("columns", columns), ("rows", rows)].compactMap { name, value in
      value.map { .init(name, $0) }
    }
    return score
  }

  private func planes(of image: borrowing PixelImage, _ shared: SharedPlanes) -> [SignalPlane] {
    guard signal == .channels && image.channels == .rgb else { return [shared.plane(.brightness, of: image)] }
    return [
      shared.plane(.green, of: image), shared.plane(.redLessGreen, of: image), shared.plane(.blueLessGreen, of: image),
    ]
  }

  /// The smallest of the planes' scores in one direction; `nil` where the lines are too short, or too few to have
  /// neighbours.
  private static func weakest(
    _ planes: [SignalPlane], over length: Int, _ signSums: (SignalPlane) -> [Int]
  ) -> Double? {
    guard length >= StripeNoise.shortestStripe else { return nil }
    return planes.compactMap { medianMagnitude(signSums($0)) }.min().map { $0 / Double(length) }
  }

  /// `nil` for no sums.
  private static func medianMagnitude(_ sums: [Int]) -> Double? {
    guard !sums.isEmpty else { return nil }
    let sorted = sums.map(abs).sorted()
    return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
