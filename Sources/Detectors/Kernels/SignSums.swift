import Pixels

extension SignalPlane {
  /// For each column but the first and the last: in how many rows its sample lies above the mean of its left and right
  /// neighbours by more than half a level, less in how many it lies below by as much. Empty for fewer than three columns.
  ///
  ///     Σ over y of sign(b),   b = 2·P(y,x) − P(y,x−1) − P(y,x+1) where |b| > 1, else 0,   x = 1 … width − 2
  ///
  /// - Precondition: the samples lie in −255…255, so that the difference fits into 16 bits.
  /// - Complexity: O(pixels).
  func columnSignSums() -> [Int] {
    guard size.width >= 3 else { return [] }
    var totals = [Int32](repeating: 0, count: size.width - 2)
    for y in 0..<size.height {
      let line = samples.span.extracting(row(y))
      var sums = totals.mutableSpan
      addSigns(
        line.extracting(0..<sums.count), line.extracting(1..<sums.count + 1), line.extracting(2..<sums.count + 2),
        to: &sums)
    }
    return totals.map(Int.init)
  }

  /// The same for each row but the first and the last, with the rows above and below.
  ///
  /// - Precondition: the samples lie in −255…255.
  /// - Complexity: O(pixels).
  func rowSignSums() -> [Int] {
    guard size.height >= 3 else { return [] }
    let source = samples.span
    return (1..<size.height - 1).map { y in
      sumOfSigns(source.extracting(row(y - 1)), source.extracting(row(y)), source.extracting(row(y + 1)))
    }
  }
}

/// - Precondition: no sum leaves 32 bits, which holds for any picture that fits into memory.
private func addSigns(
  _ before: Span<Int16>, _ centre: Span<Int16>, _ after: Span<Int16>, to sums: inout MutableSpan<Int32>
) {
  let count = sums.count
  precondition(before.count == count && centre.count == count && after.count == count)
  for x in 0..<count { sums[x] &+= Int32(signOfBend(before[x], centre[x], after[x])) }
}

private func sumOfSigns(_ before: Span<Int16>, _ centre: Span<Int16>, _ after: Span<Int16>) -> Int {
  let count = centre.count
  precondition(before.count == count && after.count == count)
  var sum: Int32 = 0
  for x in 0..<count { sum &+= Int32(signOfBend(before[x], centre[x], after[x])) }
  return Int(sum)
}

/// −1, 0 or 1. Two comparisons become vector instructions.
///
/// A bend of one level is what rounding leaves of a straight ramp. It is the same all along a column of a drawn gradient, so
/// counted it would be a perfect stripe. At two levels weak stripes that were saved as a JPEG would be lost.
@inline(__always)
private func signOfBend(_ before: Int16, _ centre: Int16, _ after: Int16) -> Int16 {
  let bend = 2 &* centre &- before &- after
  return (bend > 1 ? 1 : 0) &- (bend < -1 ? 1 : 0)
}
