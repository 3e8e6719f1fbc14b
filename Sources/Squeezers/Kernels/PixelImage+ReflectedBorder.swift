import Pixels

extension PixelImage {
  /// The image with a border in which it is mirrored, edge samples repeated: `d c b a | a b c d | d c b a`.
  ///
  /// Where the border is wider than the image the mirroring goes on, so a 1×1 image fills it with its one pixel.
  /// This is SciPy's mode `reflect`, half-sample symmetric.
  ///
  /// - Complexity: O(area of the result).
  borrowing func reflectingBorder(before: Int, after: Int) -> PixelImage {
    let padded = PixelSize(width: size.width + before + after, height: size.height + before + after)
    var result = PixelImage(size: padded, channels: channels)
    let depth = channels.rawValue
    let left = (0..<before).map { Self.reflect($0 - before, size.width) * depth }
    let right = (0..<after).map { Self.reflect(size.width + $0, size.width) * depth }
    for y in 0..<padded.height {
      let source = row(Self.reflect(y - before, size.height))
      var target = result.mutableRow(y)
      target.copy(from: source, at: before * depth)
      for (column, start) in left.enumerated() {
        target.copy(from: source.extracting(start..<start + depth), at: column * depth)
      }
      for (column, start) in right.enumerated() {
        target.copy(
          from: source.extracting(start..<start + depth), at: (before + size.width + column) * depth)
      }
    }
    return result
  }

  /// The position inside `0..<length` that the mirrored position shows.
  static func reflect(_ position: Int, _ length: Int) -> Int {
    let period = 2 * length
    let wrapped = (position % period + period) % period
    return wrapped < length ? wrapped : period - 1 - wrapped
  }
}
