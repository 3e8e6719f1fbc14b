import Pixels

extension SignalPlane {
  /// The kurtosis of what the mean of four neighbours does not explain, over each block of a grid, row after row; see
  /// `BlockKurtosis`.
  ///
  /// - Precondition: 0 < side, and the samples lie in −255…255.
  /// - Complexity: O(pixels).
  func blockKurtosis(side: Int) -> [Double] {
    var moments = BlockKurtosis(size, side: side)
    var line = [Float](repeating: 0, count: size.width)
    for y in 0..<size.height {
      var target = line.mutableSpan
      writeLaplacian(y, into: &target)
      moments.add(target.span)
    }
    return moments.values
  }

  /// The sample less the mean of those above, below, left and right, in row `y`.
  private func writeLaplacian(_ y: Int, into target: inout MutableSpan<Float>) {
    let source = samples.span
    let (above, centre, below) = (
      source.extracting(row(y - 1)), source.extracting(paddedRow(y)), source.extracting(row(y + 1))
    )
    let (count, first) = (size.width, Self.border)
    let (left, middle, right) = (
      centre.extracting(first - 1..<first - 1 + count), centre.extracting(first..<first + count),
      centre.extracting(first + 1..<first + 1 + count)
    )
    precondition(target.count == count && above.count == count && below.count == count)
    for x in 0..<count {
      let neighbours = above[x] &+ below[x] &+ left[x] &+ right[x]
      target[x] = Float(4 &* middle[x] &- neighbours) / 4
    }
  }
}

/// Mean fourth power by the square of the mean square, over the blocks of a grid, taken up one row after another, from the top.
///
/// The grid covers the plane completely: blocks are `side` pixels wide and high, or somewhat more where the plane is no multiple of
/// it, or as large as the plane where that is smaller.
struct BlockKurtosis {
  /// That of a block whose mean square is at most 1: what rounding leaves says nothing of noise.
  static let ofQuietBlocks = 9.0
  private static let leastMeanSquare = 1.0

  private let columns: [Int]
  private let rows: [Int]
  private var squares: [Float]
  private var fourths: [Float]
  private var height = 0
  /// Of the blocks that are complete, row after row.
  private(set) var values: [Double] = []

  /// - Precondition: 0 < side.
  init(_ size: PixelSize, side: Int) {
    columns = BlockSums.edges(size.width, side)
    rows = BlockSums.edges(size.height, side)
    squares = [Float](repeating: 0, count: size.width)
    fourths = squares
  }

  /// Takes up the next row.
  ///
  /// - Precondition: it is as long as the plane is wide, and the plane has such a row.
  /// - Complexity: O(width).
  mutating func add(_ line: Span<Float>) {
    addPowers(line, squares: &squares, fourths: &fourths)
    height += 1
    let row = values.count / (columns.count - 1)
    if height == rows[row + 1] { completeRowOfBlocks(height: rows[row + 1] - rows[row]) }
  }

  private mutating func completeRowOfBlocks(height: Int) {
    for column in 0..<columns.count - 1 {
      let range = columns[column]..<columns[column + 1]
      let count = Double(range.count * height)
      let square = range.reduce(0.0) { $0 + Double(squares[$1]) } / count
      let fourth = range.reduce(0.0) { $0 + Double(fourths[$1]) } / count
      values.append(
        square > Self.leastMeanSquare ? min(fourth / (square * square), Self.ofQuietBlocks) : Self.ofQuietBlocks)
    }
    for x in squares.indices { (squares[x], fourths[x]) = (0, 0) }
  }
}

private func addPowers(_ line: Span<Float>, squares: inout [Float], fourths: inout [Float]) {
  var squareSums = squares.mutableSpan
  var fourthSums = fourths.mutableSpan
  let count = line.count
  precondition(squareSums.count == count && fourthSums.count == count)
  for x in 0..<count {
    let square = line[x] * line[x]
    squareSums[x] += square
    fourthSums[x] += square * square
  }
}
