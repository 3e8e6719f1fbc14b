import AuditLog
import Common
import FilterPipeline

/// The detectors that a flag rests on, the most decisive first; none for what was not flagged.
package struct DecisiveDetectors: Sendable {
  let all: [RecordedDetector]

  /// - Parameters:
  ///   - said: the record.
  package init(_ said: RecordedVerdict) {
    let detectors = said.detectors
    let groups = said.flaggedGroups.compactMap(\.name)
    let deciding = groups.flatMap { name in Self.deciding(detectors.filter { $0.group == name }) }
    // Those with thresholds of their own are in no group.
    let others = detectors.filter { detector in detector.isFlagged && !groups.contains { $0 == detector.group } }
    let parts = deciding + Self.sorted(others)
    all = parts.isEmpty && said.outcome == .adversarial ? Self.deciding(detectors) : parts
  }

  /// Of detectors whose evidence adds up and flags: those that would have flagged by themselves, or else all that add
  /// something. A sum may flag where no part of it would have.
  private static func deciding(_ members: [RecordedDetector]) -> [RecordedDetector] {
    let flagged = members.filter(\.isFlagged)
    return sorted(flagged.isEmpty ? members.filter { $0.contribution ?? 0 > 0 } : flagged)
  }

  /// The strongest first. Equally strong ones stay in the order of the filter.
  private static func sorted(_ parts: [RecordedDetector]) -> [RecordedDetector] {
    parts.enumerated().sorted { one, other in
      one.element.strength == other.element.strength
        ? one.offset < other.offset : one.element.strength > other.element.strength
    }.map(\.element)
  }

  package var names: [String] { all.map { $0.name ?? "" } }

  /// Whether a private detector is among them.
  package var havePrivate: Bool { all.contains(where: \.isPrivate) }

  /// The squeezers whose versions the first of them compared.
  package var squeezers: [String] { all.first?.versions.compactMap(\.squeezer) ?? [] }

  /// The names of the first ones, and how many there are besides: `mirror, shift and 3 more`.
  package func summary(atMost count: Int = 2) -> String {
    Wording.list(names, atMost: count)
  }
}
