import AuditLog
import Common
import FilterPipeline

/// One group's part in a recorded verdict, where groups of detectors share the budget.
package struct RecordedGroup: Sendable, Hashable {
  package let name: String
  /// `nil` where it rests on the score of a private detector, and the reader may not know of those.
  package let pValue: Double?
  /// Its part of the budget.
  package let share: Double?
  package let isFlagged: Bool
  package let isPrivate: Bool

  init(_ json: JSONValue) {
    name = json["name"]?.string ?? ""
    pValue = json["pValue"]?.double
    share = json["share"]?.double
    isFlagged = json["flagged"] == .bool(true)
    isPrivate = PrivateParts.isPrivate(json)
  }

  /// The groups of a record, in the order of the calibration; empty where detectors decide otherwise.
  ///
  /// - Parameters:
  ///   - said: the record.
  package static func all(in said: JSONValue) -> [RecordedGroup] {
    (said["compared"]?["groups"]?.elements ?? []).map(RecordedGroup.init)
  }

  /// Those that flagged, the most decisive first.
  static func flagged(in said: JSONValue) -> [RecordedGroup] {
    all(in: said).filter(\.isFlagged).sorted { $0.spent ?? 1 < $1.spent ?? 1 }
  }

  /// How much of the budget it would have spent on the image, in units that compare with the budget itself: p/share.
  ///
  /// `nil` for a group that only watches.
  package var spent: Double? {
    guard let pValue, let share, share > 0, pValue >= 0 else { return nil }
    return pValue / share
  }
}
