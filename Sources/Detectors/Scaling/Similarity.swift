import Glibc
import Pixels

/// Rows of a picture that is compared with `luma`, made when they are asked for.
package protocol ComparedRows {
  func fill(_ row: inout MutableSpan<Float>, y: Int, from luma: borrowing PixelImage)
}

/// How alike a gray picture and another of its size are.
package enum Similarity {
  /// Mean of (a − b)², in squared levels.
  ///
  /// - Complexity: O(area); memory O(width).
  package static func meanSquaredError(of luma: borrowing PixelImage, and other: some ComparedRows) -> Double {
    precondition(luma.channels == .gray)
    var b = [Float](repeating: 0, count: luma.size.width)
    var total = 0.0
    for y in 0..<luma.size.height {
      var row = b.mutableSpan
      other.fill(&row, y: y, from: luma)
      total += sumOfSquaredDifferences(luma.row(y), row.span)
    }
    return total / Double(luma.size.area)
  }

  /// Mean structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): Gaussian window σ 1.5 cut off at 5 samples,
  /// K₁ = 0.01, K₂ = 0.03, L = 255, edges mirrored; −1…1, and 1 for equal pictures.
  ///
  /// - Complexity: O(area); memory O(width).
  package static func structural(of luma: borrowing PixelImage, and other: some ComparedRows) -> Double {
    precondition(luma.channels == .gray)
    let (width, height) = (luma.size.width, luma.size.height)
    var window = MomentRows(width: width)
    var b = [Float](repeating: 0, count: width)
    var total = 0.0
    for y in 0..<height + GaussianWindow.radius {
      if y < height {
        var row = b.mutableSpan
        other.fill(&row, y: y, from: luma)
        window.push(luma.row(y), row.span, y: y)
      }
      let center = y - GaussianWindow.radius
      if center >= 0 { total += window.similarity(y: center, height: height) }
    }
    return total / Double(luma.size.area)
  }

  private static func sumOfSquaredDifferences(_ a: Span<UInt8>, _ b: Span<Float>) -> Double {
    let count = a.count
    precondition(b.count == count)
    var lanes = SIMD8<Float>.zero
    var rest: Float = 0
    for x in 0..<count / 8 {
      for lane in 0..<8 {
        let difference = Float(a[8 * x + lane]) - b[8 * x + lane]
        lanes[lane] += difference * difference
      }
    }
    for x in count / 8 * 8..<count {
      let difference = Float(a[x]) - b[x]
      rest += difference * difference
    }
    return Double(lanes.sum() + rest)
  }
}

/// The Gaussian of structural similarity, normalised to a sum of one.
enum GaussianWindow {
  static let radius = 5
  static let weights: [Float] = {
    let all = (-radius...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    return all.map { Float($0 / all.reduce(0, +)) }
  }()

  /// The sample inside 0..<count that stands for one beyond an edge (`d c b a | a b c d`), however far.
  static func mirrored(_ index: Int, _ count: Int) -> Int {
    let rest = ((index % (2 * count)) + 2 * count) % (2 * count)
    return rest < count ? rest : 2 * count - 1 - rest
  }
}
