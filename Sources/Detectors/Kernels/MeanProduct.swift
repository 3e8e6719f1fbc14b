import Pixels

extension SignalPlane {
  /// Mean of the products of this plane's samples with those of `other`, 0 or 1 pixel to the right and below, over
  /// the pixels that both have; 0 where there is none.
  ///
  /// - Precondition: both have the same size.
  /// - Complexity: O(pixels).
  func meanProduct(with other: SignalPlane, shiftedBy shift: (x: Int, y: Int) = (0, 0)) -> Double {
    precondition(size == other.size && (0...1).contains(shift.x) && (0...1).contains(shift.y))
    let (width, height) = (size.width - shift.x, size.height - shift.y)
    guard width > 0, height > 0 else { return 0 }
    // Adding column by column needs no reordering of floating-point sums, which the compiler may not do by itself.
    var totals = [Float](repeating: 0, count: width)
    for y in 0..<height {
      let (one, two) = (row(y).lowerBound, other.row(y + shift.y).lowerBound + shift.x)
      var sums = totals.mutableSpan
      addProducts(
        samples.span.extracting(one..<one + width), other.samples.span.extracting(two..<two + width), to: &sums)
    }
    return totals.reduce(0.0) { $0 + Double($1) } / Double(width * height)
  }
}

private func addProducts(_ a: Span<Int16>, _ b: Span<Int16>, to sums: inout MutableSpan<Float>) {
  let count = sums.count
  precondition(a.count == count && b.count == count)
  for x in 0..<count { sums[x] += Float(Int32(a[x]) &* Int32(b[x])) }
}
