import Pixels

/// Sums over any rectangle of a plane in constant time (Crow 1984; Viola and Jones 2001).
struct IntegralImage: Sendable {
  let size: PixelSize
  /// Sums of everything above and to the left, one more column and row than the plane.
  private let sums: [Int]

  /// The sums of |high-pass residual|, in units of the residual.
  ///
  /// - Complexity: O(pixels).
  init(highPassOf plane: SignalPlane) {
    size = plane.size
    let stride = plane.size.width + 1
    var rows = HighPassRows(plane)
    var line = [Int16](repeating: 0, count: plane.size.width)
    var sums = [Int](repeating: 0, count: stride * (plane.size.height + 1))
    for y in 0..<plane.size.height {
      var residual = line.mutableSpan
      rows.write(y, into: &residual)
      var all = sums.mutableSpan
      addRow(residual.span, to: &all, after: y * stride)
    }
    self.sums = sums
  }

  var total: Int { sums[sums.count - 1] }

  /// - Precondition: the region lies within the plane.
  func sum(over region: PixelRegion) -> Int {
    precondition(region.lies(within: size))
    let stride = size.width + 1
    let (top, bottom) = (region.y * stride, (region.y + region.size.height) * stride)
    let (left, right) = (region.x, region.x + region.size.width)
    return sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left]
  }

  /// The window of that size with the largest sum, the topmost and leftmost of equals.
  ///
  /// - Precondition: the window fits into the plane.
  /// - Complexity: O(pixels).
  func densest(_ window: PixelSize) -> (region: PixelRegion, sum: Int) {
    precondition(window.width <= size.width && window.height <= size.height)
    let stride = size.width + 1
    let places = size.width - window.width + 1
    var best = (x: 0, y: 0, sum: Int.min)
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
    return (PixelRegion(x: best.x, y: best.y, size: window), best.sum)
  }
}

/// Writes the row of sums that follows the one beginning at `start`, by adding a row of magnitudes to that.
private func addRow(_ line: Span<Int16>, to sums: inout MutableSpan<Int>, after start: Int) {
  let (count, next) = (line.count, start + line.count + 1)
  precondition(start >= 0 && next + count < sums.count)
  var total = 0
  for x in 0..<count {
    let value = Int(line[x])
    total &+= value < 0 ? 0 &- value : value
    // Within, as the precondition says.
    unsafe sums[unchecked: next &+ x &+ 1] = sums[unchecked: start &+ x &+ 1] &+ total
  }
}

private func largestWindow(top: Span<Int>, bottom: Span<Int>, width: Int, places: Int) -> Int {
  let (topLeft, topRight) = (top.extracting(0..<places), top.extracting(width..<width + places))
  let (bottomLeft, bottomRight) = (bottom.extracting(0..<places), bottom.extracting(width..<width + places))
  var largest = Int.min
  for x in 0..<places {
    largest = max(largest, bottomRight[x] &- bottomLeft[x] &- topRight[x] &+ topLeft[x])
  }
  return largest
}

private func firstWindow(of sum: Int, top: Span<Int>, bottom: Span<Int>, width: Int, places: Int) -> Int {
  for x in 0..<places where bottom[x + width] - bottom[x] - top[x + width] + top[x] == sum { return x }
  return 0
}
