/// A calibrated detector before its calibration.
package struct UncalibratedDetector: Sendable, Hashable {
  package var name: String
  package var kind: String
  package var weight: Double
  /// The group whose share of the budget it spends.
  package var group: String
  /// Whether it looks at predictions. Then its weight may be fitted, and its scores depend on how sure the classifier is;
  /// detectors that need none keep their weight and have one distribution.
  package var isFitted: Bool
  /// The names of the witnesses that its score waits for.
  package var witnesses: [String]

  package init(
    name: String, kind: String, weight: Double, group: String, isFitted: Bool, witnesses: [String] = []
  ) {
    self.witnesses = witnesses
    self.name = name
    self.kind = kind
    self.weight = weight
    self.group = group
    self.isFitted = isFitted
  }
}
