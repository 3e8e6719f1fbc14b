/// Between which values the inner tensors of a model lie, by their names: what the levels of 8-bit integers are spread over.
package struct ActivationRanges: Sendable, Hashable {
  package let ranges: [String: ClosedRange<Float>]

  package init(_ ranges: [String: ClosedRange<Float>]) { self.ranges = ranges }

  /// The same for the same ranges, and another as soon as one of them differs.
  var text: String {
    ranges.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lowerBound) \($0.value.upperBound)" }
      .joined(separator: "\n")
  }
}
