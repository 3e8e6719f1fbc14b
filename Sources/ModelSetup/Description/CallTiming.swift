import Classifiers

/// How long a call with one picture takes on one thread.
package struct CallTiming: Sendable, Hashable {
  package let precision: ComputedPrecision
  /// The median.
  package let milliseconds: Double
}
