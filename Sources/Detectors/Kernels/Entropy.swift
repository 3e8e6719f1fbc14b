import Glibc
import Pixels

extension SignalPlane {
  /// Shannon entropy of the sample values inside a region and outside it, in bits, 0…8.
  ///
  /// - Precondition: the samples lie in 0…255, and the region lies within the plane.
  /// - Complexity: O(pixels).
  func entropy(inside region: PixelRegion) -> (inside: Double, outside: Double) {
    precondition(region.lies(within: size))
    var (inside, all) = (LevelCounts(), LevelCounts())
    for y in 0..<size.height { all.add(samples.span.extracting(row(y))) }
    for y in region.y..<region.y + region.size.height {
      let start = row(y).lowerBound + region.x
      inside.add(samples.span.extracting(start..<start + region.size.width))
    }
    return (Self.entropy(inside.counts), Self.entropy(zip(all.counts, inside.counts).map { $0 - $1 }))
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

/// How often each of the values 0…255 occurs.
private struct LevelCounts {
  /// Neighbours are counted in turns in one of two tables: where they are equal, as in a flat picture, the second would otherwise
  /// wait for the first.
  private var tables = [Int](repeating: 0, count: 512)

  var counts: [Int] { (0..<256).map { tables[$0] + tables[$0 + 256] } }

  mutating func add(_ line: Span<Int16>) {
    var tables = tables.mutableSpan
    for x in 0..<line.count { tables[Int(line[x]) &+ (x & 1) &* 256] &+= 1 }
  }
}
