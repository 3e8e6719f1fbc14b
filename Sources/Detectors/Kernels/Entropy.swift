import Pixels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SignalPlane {
  /// Shannon entropy of the sample values inside a region and outside it, in bits, 0…8.
  ///
  /// - Precondition: the samples lie in 0…255, and the region lies within the plane.
  /// - Complexity: O(pixels).
  func entropy(inside region: PixelRegion) -> (inside: Double, outside: Double) {
    precondition(region.lies(within: size))
    var (inside, all) = ([Int](repeating: 0, count: 256), [Int](repeating: 0, count: 256))
    for y in 0..<size.height { count(row(y), into: &all) }
    for y in region.y..<region.y + region.size.height {
      let start = row(y).lowerBound + region.x
      count(start..<start + region.size.width, into: &inside)
    }
    return (Self.entropy(inside), Self.entropy(zip(all, inside).map { $0 - $1 }))
  }

  private func count(_ range: Range<Int>, into counts: inout [Int]) {
    let line = samples.span.extracting(range)
    var target = counts.mutableSpan
    for x in 0..<line.count { target[Int(line[x])] += 1 }
  }

  private static func entropy(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    return counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      let share = Double(count) / total
      return sum - share * log2(share)
    }
  }
}
