/// Width and height in pixels, both at least 1.
package struct PixelSize: Sendable, Hashable, CustomStringConvertible {
  package let width: Int
  package let height: Int

  /// - Precondition: both sides are positive.
  package init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "an image has at least one pixel")
    self.width = width
    self.height = height
  }

  package var area: Int { width * height }

  /// The same rectangle turned by a quarter.
  package var transposed: PixelSize { PixelSize(width: height, height: width) }

  package var description: String { "\(width)×\(height)" }
}

/// A rectangle of pixels; its origin may lie outside the image it refers to.
package struct PixelRegion: Sendable, Hashable {
  package let x: Int
  package let y: Int
  package let size: PixelSize

  package init(x: Int, y: Int, size: PixelSize) {
    self.x = x
    self.y = y
    self.size = size
  }

  /// Whether every pixel of the region belongs to an image of the given size.
  package func lies(within outer: PixelSize) -> Bool {
    x >= 0 && y >= 0 && x + size.width <= outer.width && y + size.height <= outer.height
  }

  /// The part of the region inside an image of the given size; the pixel nearest to it when there is none.
  package func clamped(to outer: PixelSize) -> PixelRegion {
    let columns = Self.clamped(x..<x + size.width, to: outer.width)
    let rows = Self.clamped(y..<y + size.height, to: outer.height)
    return PixelRegion(columns: columns, rows: rows)
  }

  /// - Precondition: both ranges have at least one element.
  package init(columns: Range<Int>, rows: Range<Int>) {
    self.init(
      x: columns.lowerBound, y: rows.lowerBound, size: PixelSize(width: columns.count, height: rows.count))
  }

  package var columns: Range<Int> { x..<x + size.width }
  package var rows: Range<Int> { y..<y + size.height }

  private static func clamped(_ range: Range<Int>, to count: Int) -> Range<Int> {
    let lower = min(max(range.lowerBound, 0), count - 1)
    return lower..<max(lower + 1, min(range.upperBound, count))
  }
}
