/// What calibrated detectors were compared with, and what they decided together.
package struct RecordedComparison: RecordPart {
  /// Which clean images the p-value was taken from.
  package var stratum: String?
  /// How many they are.
  package var images: Int?
  /// The weighted sum of evidence; `nil` where groups share the budget.
  package var fusedScore: Double?
  /// In the order of the calibration; empty where detectors decide otherwise.
  package var groups: [RecordedGroup] = []

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("stratum", \.stratum), .integer("images", \.images), .number("fusedScore", \.fusedScore, decimals: 4),
    .parts("groups", \.groups),
  ]
}

/// One group's part in a verdict, where groups of detectors share the budget.
package struct RecordedGroup: RecordPart {
  package var name: String?
  /// Whether all its detectors are private.
  package var isPrivate = false
  /// `nil` where it rests on the score of a private detector, and the reader may not know of those.
  package var pValue: Double?
  /// Its part of the budget.
  package var share: Double?
  package var isFlagged = false

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("name", \.name), .privacy(\.isPrivate), .number("pValue", \.pValue), .number("share", \.share),
    .truth("flagged", \.isFlagged),
  ]

  /// How much of the budget it would have spent on the image, in units that compare with the budget itself: p/share.
  ///
  /// `nil` for a group that only watches.
  package var spent: Double? {
    guard let pValue, let share, share > 0, pValue >= 0 else { return nil }
    return pValue / share
  }
}

extension RecordedVerdict {
  /// The groups that share the budget, in the order of the calibration.
  package var groups: [RecordedGroup] { comparison?.groups ?? [] }

  /// Those that flagged, the most decisive first.
  package var flaggedGroups: [RecordedGroup] {
    groups.filter(\.isFlagged).sorted { $0.spent ?? 1 < $1.spent ?? 1 }
  }
}

/// What was asked, and where the way of the image ended.
package struct RecordedWay: RecordPart {
  /// The names of models and witnesses, in order.
  package var asked: [String]?
  package var end: Verdict.Ending?
  /// The witness after which it would have left early, had it not been drawn for an audit.
  package var auditedExit: String?
  /// The arithmetic that models were computed in, by what was asked.
  package var precisions: [RecordedText] = []
  /// Whether the filter has private detectors, asked or not.
  package var isPrivate = false

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .texts("asked", \.asked), .word("end", \.end), .text("auditedExit", \.auditedExit),
    .named("precisions", \.precisions), .privacy(\.isPrivate),
  ]
}
