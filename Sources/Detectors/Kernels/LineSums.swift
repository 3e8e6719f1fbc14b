import Pixels

extension SignalPlane {
  /// The sum of each column.
  ///
  /// - Complexity: O(pixels).
  func columnSums() -> [Int] {
    var totals = [Int32](repeating: 0, count: size.width)
    for y in 0..<size.height {
      var sums = totals.mutableSpan
      addSamples(samples.span.extracting(row(y)), to: &sums)
    }
    return totals.map(Int.init)
  }

  /// The sum of each row.
  ///
  /// - Complexity: O(pixels).
  func rowSums() -> [Int] {
    (0..<size.height).map { y in sumOfSamples(samples.span.extracting(row(y))) }
  }
}

/// - Precondition: no sum leaves 32 bits, which holds for fewer than eight million rows.
private func addSamples(_ source: Span<Int16>, to sums: inout MutableSpan<Int32>) {
  let count = sums.count
  precondition(source.count == count)
  for x in 0..<count { sums[x] &+= Int32(source[x]) }
}

private func sumOfSamples(_ source: Span<Int16>) -> Int {
  var sum: Int32 = 0
  for x in 0..<source.count { sum &+= Int32(source[x]) }
  return Int(sum)
}
