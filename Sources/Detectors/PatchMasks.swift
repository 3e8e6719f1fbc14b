import Pixels

/// A covering set of square masks (PatchCleanser, Xiang et al., USENIX Security 2022): wherever a patch of at most
/// `patch` × `patch` pixels lies in the image, one of the masks covers all of it.
///
/// Along an axis of n pixels, k masks of side patch + stride − 1 begin every stride = ⌈(n − patch + 1) / k⌉ pixels, the
/// last one drawn back to end with the image.
package struct PatchMasks: Sendable, Hashable {
  package let regions: [PixelRegion]

  /// Covers an image of the given size; a patch larger than the image is taken as large as the image.
  ///
  /// - Precondition: `patch` and `perAxis` are positive.
  /// - Complexity: O(perAxis²).
  package init(covering size: PixelSize, patch: Int, perAxis: Int) {
    precondition(patch > 0 && perAxis > 0)
    let columns = Self.spans(length: size.width, patch: min(patch, size.width), count: perAxis)
    let rows = Self.spans(length: size.height, patch: min(patch, size.height), count: perAxis)
    regions = rows.flatMap { row in
      columns.map { column in
        PixelRegion(
          x: column.lowerBound, y: row.lowerBound, size: PixelSize(width: column.count, height: row.count))
      }
    }
  }

  private static func spans(length: Int, patch: Int, count: Int) -> [Range<Int>] {
    let stride = (length - patch + 1 + count - 1) / count
    let side = min(length, patch + stride - 1)
    var starts: [Int] = []
    for index in 0..<count {
      let start = min(index * stride, length - side)
      if starts.last != start { starts.append(start) }
    }
    return starts.map { $0..<$0 + side }
  }
}
