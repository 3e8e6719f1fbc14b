import Pixels

extension FloatPlane {
  /// The plane with other values in the places that are not kept: the mean of the kept ones in the smallest block of 2×2, 4×4,
  /// 8×8 … pixels around each that has any. Where nothing is kept, the plane as it is.
  ///
  /// - Parameters:
  ///   - isKept: one a pixel, row after row.
  /// - Complexity: O(width · height).
  consuming func withGapsFilled(_ isKept: [Bool]) -> FloatPlane {
    precondition(isKept.count == width * height)
    let means = BlockMean(self, isKept).filled()
    let (width, height) = (width, height)
    for y in 0..<height {
      var row = mutableRow(y)
      for x in 0..<width where !isKept[y * width + x] { row[x] = means[y * width + x] ?? row[x] }
    }
    return self
  }
}

/// Means of the kept pixels of each block, `nil` for a block without one.
private struct BlockMean {
  let width: Int
  let height: Int
  private var sums: [Float]
  private var counts: [Float]

  /// Blocks of one pixel.
  init(_ plane: borrowing FloatPlane, _ isKept: [Bool]) {
    (width, height) = (plane.width, plane.height)
    counts = isKept.map { $0 ? 1 : 0 }
    sums = []
    for y in 0..<height {
      let row = plane.row(y)
      for x in 0..<width { sums.append(row[x] * counts[y * width + x]) }
    }
  }

  /// Blocks twice as wide and high.
  private init(halving other: BlockMean) {
    (width, height) = ((other.width + 1) / 2, (other.height + 1) / 2)
    sums = [Float](repeating: 0, count: width * height)
    counts = sums
    for y in 0..<other.height {
      for x in 0..<other.width {
        sums[y / 2 * width + x / 2] += other.sums[y * other.width + x]
        counts[y / 2 * width + x / 2] += other.counts[y * other.width + x]
      }
    }
  }

  /// The means, and for blocks without a kept pixel those of the smallest block around them that has one.
  func filled() -> [Float?] {
    let own = zip(sums, counts).map { $1 > 0 ? $0 / $1 : nil }
    guard width * height > 1, own.contains(nil) else { return own }
    let around = BlockMean(halving: self)
    let means = around.filled()
    return own.indices.map { own[$0] ?? means[$0 / width / 2 * around.width + $0 % width / 2] }
  }
}
