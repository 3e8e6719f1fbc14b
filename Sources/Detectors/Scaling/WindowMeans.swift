import Pixels

/// Means of the squared difference of two planes, over all of it and over overlapping windows of 2 × 2 blocks.
struct WindowMeans {
  /// The side of a block, in samples.
  static let side = 4

  let whole: Double
  /// How many windows there are along each axis.
  let windows: PixelSize
  private let sums: [Float]
  private let blocks: PixelSize
  private let size: PixelSize

  /// - Complexity: O(area).
  init(squaredDifferenceOf a: Span<Float>, _ b: Span<Float>, size: PixelSize) {
    precondition(a.count == size.area && b.count == size.area)
    let side = Self.side
    blocks = PixelSize(width: (size.width + side - 1) / side, height: (size.height + side - 1) / side)
    windows = PixelSize(width: max(1, blocks.width - 1), height: max(1, blocks.height - 1))
    self.size = size
    var sums = [Float](repeating: 0, count: blocks.area)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let difference = a[y * size.width + x] - b[y * size.width + x]
        sums[y / side * blocks.width + x / side] += difference * difference
      }
    }
    whole = sums.reduce(0.0) { $0 + Double($1) } / Double(size.area)
    self.sums = sums
  }

  /// The mean over the window that begins with block (x, y).
  func window(_ x: Int, _ y: Int) -> Double {
    var total: Float = 0
    for row in y..<min(y + 2, blocks.height) {
      for column in x..<min(x + 2, blocks.width) { total += sums[row * blocks.width + column] }
    }
    let width = min(size.width, (x + 2) * Self.side) - x * Self.side
    let height = min(size.height, (y + 2) * Self.side) - y * Self.side
    return Double(total) / Double(width * height)
  }
}
