import Pixels

/// Sums over any rectangle of a plane in constant time (Crow 1984; Viola and Jones 2001).
///
/// Sums wrap around: the difference of two is right all the same wherever the sum over a window fits into `Sum`. Shorter
/// sums are faster, and leave more of the processor's cache to others.
struct IntegralImage<Sum: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  let size: PixelSize
  /// The sum over the plane.
  let total: Int
  /// Sums of everything above and to the left, one more column and row than the plane.
  private let sums: [Sum]

  /// Whether the sum over a window of that size fits, whatever the residual is.
  static func holds(_ window: PixelSize) -> Bool {
    window.area <= Int(Sum.max) / SignalPlane.largestResidual
  }

  /// The sums of |high-pass residual|, in units of the residual.
  ///
  /// - Complexity: O(pixels).
  init(highPassOf plane: SignalPlane) {
    size = plane.size
    let stride = plane.size.width + 1
    var rows = HighPassRows(plane)
    var line = [Int16](repeating: 0, count: plane.size.width)
    var sums = [Sum](repeating: 0, count: stride * (plane.size.height + 1))
    var total = 0
    for y in 0..<plane.size.height {
      var residual = line.mutableSpan
      rows.write(y, into: &residual)
      var all = sums.mutableSpan
      total += addRow(residual.span, to: &all, after: y * stride)
    }
    self.sums = sums
    self.total = total
  }

  /// The window of that size with the largest sum, the topmost and leftmost of equals.
  ///
  /// - Precondition: the window fits into the plane, and its sum into `Sum`; see `holds`.
  /// - Complexity: O(pixels).
  func densest(_ window: PixelSize) -> (region: PixelRegion, sum: Int) {
    precondition(window.width <= size.width && window.height <= size.height && Self.holds(window))
    let stride = size.width + 1
    let places = size.width - window.width + 1
    var best = (x: 0, y: 0, sum: Sum.min)
    for y in 0...size.height - window.height {
      let (top, bottom) = (
        sums.span.extracting(y * stride..<(y + 1) * stride),
        sums.span.extracting((y + window.height) * stride..<(y + window.height + 1) * stride)
      )
      let rowBest = largestWindow(top: top, bottom: bottom, width: window.width, places: places)
      if rowBest > best.sum {
        let x = firstWindow(of: rowBest, top: top, bottom: bottom, width: window.width, places: places)
        best = (x, y, rowBest)
      }
    }
    return (PixelRegion(x: best.x, y: best.y, size: window), Int(best.sum))
  }
}

/// Writes the row of sums that follows the one beginning at `start`, by adding a row of magnitudes to that; gives
/// the sum of the row.
///
/// - Precondition: that sum fits into 32 bits, which holds for rows of fewer than 80,000 pixels.
private func addRow<Sum: FixedWidthInteger>(
  _ line: Span<Int16>, to sums: inout MutableSpan<Sum>, after start: Int
) -> Int {
  let (count, next) = (line.count, start + line.count + 1)
  precondition(start >= 0 && next + count < sums.count)
  var total: Int32 = 0
  for x in 0..<count {
    let value = Int32(line[x])
    total &+= value < 0 ? 0 &- value : value
    // Within, as the precondition says.
    unsafe sums[unchecked: next &+ x &+ 1] = sums[unchecked: start &+ x &+ 1] &+ Sum(truncatingIfNeeded: total)
  }
  return Int(total)
}

private func largestWindow<Sum: FixedWidthInteger>(
  top: Span<Sum>, bottom: Span<Sum>, width: Int, places: Int
) -> Sum {
  let (topLeft, topRight) = (top.extracting(0..<places), top.extracting(width..<width + places))
  let (bottomLeft, bottomRight) = (bottom.extracting(0..<places), bottom.extracting(width..<width + places))
  var largest = Sum.min
  for x in 0..<places {
    largest = max(largest, bottomRight[x] &- bottomLeft[x] &- topRight[x] &+ topLeft[x])
  }
  return largest
}

private func firstWindow<Sum: FixedWidthInteger>(
  of sum: Sum, top: Span<Sum>, bottom: Span<Sum>, width: Int, places: Int
) -> Int {
  for x in 0..<places where bottom[x + width] &- bottom[x] &- top[x + width] &+ top[x] == sum { return x }
  return 0
}
