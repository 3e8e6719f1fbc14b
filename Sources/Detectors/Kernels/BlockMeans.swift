import Pixels

extension SignalPlane {
  /// Mean of |sample| over each block of a grid, row after row; see `BlockSums`.
  ///
  /// - Complexity: O(pixels).
  func blockMeans(side: Int) -> [Double] {
    var sums = BlockSums(size, side: side)
    for y in 0..<size.height { sums.add(samples.span.extracting(row(y))) }
    return sums.means
  }
}

/// Sums of |sample| over the blocks of a grid, taken up one row of samples after another, from the top.
///
/// The grid covers the plane completely: blocks are `side` pixels wide and high, or somewhat more where the plane is no
/// multiple of it, or as large as the plane where that is smaller.
struct BlockSums {
  private let size: PixelSize
  private let columnEdges: [Int]
  private let rowEdges: [Int]
  private var columnTotals: [Int32]
  /// Rows taken up so far.
  private var height = 0
  /// The sums of the blocks that are complete, row after row.
  private var sums: [Int] = []

  /// - Precondition: 0 < side.
  init(_ size: PixelSize, side: Int) {
    self.size = size
    columnEdges = Self.edges(size.width, side)
    rowEdges = Self.edges(size.height, side)
    columnTotals = [Int32](repeating: 0, count: size.width)
    sums.reserveCapacity((columnEdges.count - 1) * (rowEdges.count - 1))
  }

  static func edges(_ length: Int, _ side: Int) -> [Int] {
    let count = max(1, length / side)
    return (0...count).map { $0 * length / count }
  }

  /// Takes up the next row.
  ///
  /// - Precondition: it is as long as the plane is wide, and the plane has such a row. Blocks have fewer than 80,000 rows.
  /// - Complexity: O(width).
  mutating func add(_ line: Span<Int16>) {
    var totals = columnTotals.mutableSpan
    addMagnitudes(line, to: &totals)
    height += 1
    if height == rowEdges[sums.count / (columnEdges.count - 1) + 1] { completeRowOfBlocks() }
  }

  private mutating func completeRowOfBlocks() {
    for column in 0..<columnEdges.count - 1 {
      var sum = 0
      for x in columnEdges[column]..<columnEdges[column + 1] {
        sum += Int(columnTotals[x])
        columnTotals[x] = 0
      }
      sums.append(sum)
    }
  }

  /// Mean of |sample| over each block, row after row.
  ///
  /// - Precondition: all rows were taken up.
  var means: [Double] {
    precondition(height == size.height)
    let columns = columnEdges.count - 1
    return sums.indices.map { index in
      let (row, column) = (index / columns, index % columns)
      let area = (rowEdges[row + 1] - rowEdges[row]) * (columnEdges[column + 1] - columnEdges[column])
      return Double(sums[index]) / Double(area)
    }
  }

  /// Mean of |sample| over the plane.
  ///
  /// - Precondition: all rows were taken up.
  var mean: Double {
    precondition(height == size.height)
    return Double(sums.reduce(0, +)) / Double(size.area)
  }
}

/// - Precondition: no sum leaves 32 bits, which holds for fewer than 80,000 rows of residuals.
private func addMagnitudes(_ source: Span<Int16>, to sums: inout MutableSpan<Int32>) {
  let count = sums.count
  precondition(source.count == count)
  for x in 0..<count {
    let value = Int32(source[x])
    sums[x] &+= value < 0 ? 0 &- value : value
  }
}

extension [Double] {
  /// Mean of the smallest values, `share` of them and at least one.
  ///
  /// - Precondition: there is a value, and 0 < share ≤ 1.
  func meanOfSmallest(_ share: Double) -> Double {
    let count = Swift.max(1, Int((Double(self.count) * share).rounded(.up)))
    return first(count, by: <).reduce(0, +) / Double(count)
  }

  /// - Precondition: there is a value.
  var mean: Double { reduce(0, +) / Double(count) }
}
