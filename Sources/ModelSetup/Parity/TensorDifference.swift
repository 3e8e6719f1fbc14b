/// How far two tensors are apart, over all their elements.
package struct TensorDifference: Sendable, Hashable {
  package private(set) var largest: Float = 0
  private var sum = 0.0
  package private(set) var count = 0

  package var mean: Double { count == 0 ? 0 : sum / Double(count) }

  init() {}

  /// - Complexity: O(values).
  mutating func add(_ samples: [UInt8], _ tables: [[Float]], _ values: [Float], isReversed: Bool) {
    precondition(samples.count == values.count && tables.allSatisfy { $0.count == 256 })
    let depth = tables.count
    for channel in 0..<depth {
      let source = isReversed ? depth - 1 - channel : channel
      let table = tables[source]
      for pixel in 0..<samples.count / depth {
        let distance = abs(table[Int(samples[pixel * depth + source])] - values[pixel * depth + channel])
        largest = max(largest, distance)
        sum += Double(distance)
      }
    }
    count += samples.count
  }

  mutating func add(_ other: TensorDifference) {
    largest = max(largest, other.largest)
    sum += other.sum
    count += other.count
  }
}
