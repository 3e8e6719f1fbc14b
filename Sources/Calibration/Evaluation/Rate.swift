/// A share of images, with the interval in which the true share lies 95 times in 100 (Wilson 1927).
package struct Rate: Sendable, Hashable {
  package let count: Int
  package let total: Int

  /// - Precondition: `0 <= count <= total`, and there is an image.
  package init(count: Int, of total: Int) {
    precondition(0 <= count && count <= total && total > 0)
    self.count = count
    self.total = total
  }

  package var value: Double { Double(count) / Double(total) }

  /// The standard normal deviate that 2.5 % exceed.
  static let deviate = 1.959963984540054

  package var interval: ClosedRange<Double> {
    let (n, z) = (Double(total), Self.deviate)
    let middle = (value + z * z / (2 * n)) / (1 + z * z / n)
    let half = z * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
    return (count == 0 ? 0 : max(0, middle - half))...(count == total ? 1 : min(1, middle + half))
  }
}
