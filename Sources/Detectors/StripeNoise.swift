import Common
import Pixels
import Squeezers

/// Stripes: how much the mean of each column (or row) differs from that of its two neighbours, averaged over the
/// columns, in sample values; the larger of columns and rows.
///
///     mean over x of |c(x) − (c(x−1) + c(x+1)) / 2|,   c(x) = mean over y of the signal
///
/// In a photograph, detail averages out along a whole column. One-pixel stripes of ±ε, from which the Square attack
/// starts and which it keeps wherever no square was accepted (Andriushchenko et al., ECCV 2020), do not. Averaged in the
/// same way squares leave a trace too, as they have straight sides. Chroma, R − G, sees stripes that are chosen for each
/// channel by itself, and is quieter in photographs than brightness is; brightness serves gray images.
///
/// Blinds, fences and text can score high in brightness. An attacker who knows it starts from something else.
package struct StripeNoise: ImageDetector {
  /// What the stripes are looked for in.
  package enum Signal: String, Sendable, Hashable, CaseIterable {
    /// Red minus green; gray images have none.
    case chroma
    case brightness
  }

  package static let kind = DetectorKind(
    .stripeNoise, "how much column and row means differ from their neighbours', in chroma or brightness",
    source: "the attack: Andriushchenko et al. 2020", parameters: [signalParameter]
  ) { arguments in
    StripeNoise(signal: arguments.values.choice(signalParameter, as: Signal.self))
  }
  private static let signalParameter = Parameter.choice(
    "signal", default: Signal.chroma, "what the stripes are looked for in; chroma needs a colour image")

  /// Over fewer pixels detail does not average out.
  static let shortestStripe = 16

  package let signal: Signal

  package init(signal: Signal = .chroma) {
    self.signal = signal
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    guard signal == .brightness || image.channels == .rgb else {
      return DetectorScore(nil, "a gray image has no chroma")
    }
    let plane = shared.plane(signal == .chroma ? .redLessGreen : .brightness, of: image)
    let columns = Self.stripes(plane.columnSums(), over: image.size.height)
    let rows = Self.stripes(plane.rowSums(), over: image.size.width)
    guard let strongest = [columns, rows].compactMap(\.self).max() else {
      return DetectorScore(nil, "too small to tell stripes from detail")
    }
    let direction = strongest == columns ? "columns" : "rows"
    var score = DetectorScore(strongest, "stripes along \(direction) in \(signal.rawValue)")
    score.measurements = [("columns", columns), ("rows", rows)].compactMap { name, value in
      value.map { .init(name, $0) }
    }
    return score
  }

  /// `nil` where the lines are too short, or too few to have neighbours.
  private static func stripes(_ sums: [Int], over length: Int) -> Double? {
    guard length >= shortestStripe, sums.count >= 3 else { return nil }
    var total = 0
    for index in 1..<sums.count - 1 { total += abs(2 * sums[index] - sums[index - 1] - sums[index + 1]) }
    return Double(total) / Double(2 * length * (sums.count - 2))
  }
}
