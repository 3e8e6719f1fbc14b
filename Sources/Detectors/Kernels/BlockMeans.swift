import Pixels

extension SignalPlane {
  /// Mean of |sample| over each block of a grid, row after row.
  ///
  /// The grid covers the plane completely: blocks are `side` pixels wide and high, or somewhat more where the plane
  /// is no multiple of it, or as large as the plane where that is smaller.
  ///
  /// - Complexity: O(pixels).
  func blockMeans(side: Int) -> [Double] {
    let (columns, rows) = (max(1, size.width / side), max(1, size.height / side))
    let edges = (0...columns).map { $0 * size.width / columns }
    var means: [Double] = []
    means.reserveCapacity(columns * rows)
    var totals = [Int32](repeating: 0, count: size.width)
    for blockRow in 0..<rows {
      let lines = blockRow * size.height / rows..<(blockRow + 1) * size.height / rows
      var sums = totals.mutableSpan
      for x in 0..<sums.count { sums[x] = 0 }
      for y in lines { addMagnitudes(samples.span.extracting(row(y)), to: &sums) }
      for column in 0..<columns {
        let range = edges[column]..<edges[column + 1]
        let total = totals[range].reduce(0) { $0 + Int($1) }
        means.append(Double(total) / Double(range.count * lines.count))
      }
    }
    return means
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
    return sorted().prefix(count).reduce(0, +) / Double(count)
  }

  /// - Precondition: there is a value.
  var mean: Double { reduce(0, +) / Double(count) }
}
