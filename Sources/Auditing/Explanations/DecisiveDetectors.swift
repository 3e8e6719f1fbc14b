import AuditLog
import Pixels

/// The detectors that a flag rests on, the most decisive first; none for what was not flagged.
package struct DecisiveDetectors: Sendable {
  let all: [RecordedDetector]

  /// - Parameters:
  ///   - said: the record.
  package init(_ said: JSONValue) {
    let detectors = (said["detectors"]?.elements ?? []).map(RecordedDetector.init)
    let flagged = detectors.filter(\.isFlagged)
    // A sum of evidence may flag where no part of it would have.
    let isSum = flagged.isEmpty && said["verdict"]?.string == "adversarial"
    let parts = isSum ? detectors.filter { $0.contribution ?? 0 > 0 } : flagged
    // Equally strong ones stay in the order of the filter.
    all = parts.enumerated().sorted { one, other in
      one.element.strength == other.element.strength
        ? one.offset < other.offset : one.element.strength > other.element.strength
    }.map(\.element)
  }

  package var names: [String] { all.map(\.name) }

  /// The squeezers whose versions the first of them compared.
  package var squeezers: [String] { all.first?.versions.map(\.squeezer) ?? [] }

  /// The names of the first ones, and how many there are besides: `mirror, shift and 3 more`.
  package func summary(atMost count: Int = 2) -> String {
    Wording.list(names, atMost: count)
  }
}
