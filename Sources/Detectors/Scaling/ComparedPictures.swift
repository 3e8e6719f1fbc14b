import Pixels

/// A picture that was reduced, made large again by bilinear interpolation.
package struct EnlargedRows: ComparedRows {
  private let reduced: [Float]
  private let width: Int
  private let columns: ScalingTaps
  private let rows: ScalingTaps

  /// What `scaler` makes of `luma` at the given size, clipped to 0…255.
  package init(_ luma: borrowing PixelImage, reducedBy scaler: UnfilteredScaler, to target: PixelSize) {
    reduced = luma.scaled(
      columns: scaler.taps(from: luma.size.width, to: target.width),
      rows: scaler.taps(from: luma.size.height, to: target.height)
    ).map { min(max($0, 0), 255) }
    columns = UnfilteredScaler.bilinear.taps(from: target.width, to: luma.size.width)
    rows = UnfilteredScaler.bilinear.taps(from: target.height, to: luma.size.height)
    width = target.width
  }

  package func fill(_ row: inout MutableSpan<Float>, y: Int, from luma: borrowing PixelImage) {
    let upper = reduced.span.extracting(rows.positions[2 * y] * width..<(rows.positions[2 * y] + 1) * width)
    let lower = reduced.span.extracting(rows.positions[2 * y + 1] * width..<(rows.positions[2 * y + 1] + 1) * width)
    let (above, below) = (rows.weights[2 * y], rows.weights[2 * y + 1])
    let (positions, weights) = (columns.positions.span, columns.weights.span)
    for x in 0..<row.count {
      let (left, right) = (positions[2 * x], positions[2 * x + 1])
      row[x] =
        weights[2 * x] * (above * upper[left] + below * lower[left])
        + weights[2 * x + 1] * (above * upper[right] + below * lower[right])
    }
  }
}

/// The smallest or largest of each 3 × 3 neighbourhood, which erases or spreads the single pixels of an attack
/// (Kim et al. 2021).
package struct ExtremeRows: ComparedRows {
  package let isMaximum: Bool

  package init(isMaximum: Bool) { self.isMaximum = isMaximum }

  package func fill(_ row: inout MutableSpan<Float>, y: Int, from luma: borrowing PixelImage) {
    let last = luma.size.height - 1
    let (above, own, below) = (luma.row(max(0, y - 1)), luma.row(y), luma.row(min(last, y + 1)))
    let count = row.count
    precondition(above.count == count && own.count == count && below.count == count)
    for x in 0..<count { row[x] = Float(extreme(extreme(above[x], own[x]), below[x])) }
    var before = row[0]
    for x in 0..<count {
      let here = row[x]
      let next = x + 1 < count ? row[x + 1] : here
      row[x] = isMaximum ? max(max(before, here), next) : min(min(before, here), next)
      before = here
    }
  }

  private func extreme(_ a: UInt8, _ b: UInt8) -> UInt8 { isMaximum ? max(a, b) : min(a, b) }
}
