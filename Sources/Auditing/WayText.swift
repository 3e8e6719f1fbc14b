import AuditLog
import Common
import FilterPipeline

/// What was asked about an image, and where its way ended, in a sentence.
package struct WayText: Sendable, Hashable {
  package let text: String

  /// - Parameters:
  ///   - said: a verdict or a record of one.
  /// - Returns: `nil` where it does not say: for what was not judged, and in records of older versions.
  package init?(_ said: RecordedVerdict) {
    guard let way = said.way, let names = way.asked else { return nil }
    let list = names.isEmpty ? "no model was asked" : "asked " + names.joined(separator: ", ")
    let end: String? =
      switch way.end {
      case .flaggedEarly: "flagged, whatever else would have been asked"
      case .clearedEarly: "left early, as clean"
      case .complete, nil: way.auditedExit.map { "would have left after \($0), but was drawn for an audit" }
      }
    text = ([list] + [end].compactMap(\.self)).joined(separator: "; ")
  }
}
