import Common
import Decision
import RealModule

/// One detector's part in a verdict.
package struct RecordedDetector: RecordPart {
  package var name: String?
  package var kind: String?
  /// Whether only the operator and reviewers with the right to it may know of it.
  package var isPrivate = false
  /// The group that it shares a part of the budget with; `nil` where there are no groups that do.
  package var group: String?
  /// `nil` for a detector that abstained.
  package var score: Double?
  /// `nil` where the calibration decides.
  package var threshold: Double?
  package var pValue: Double?
  /// What it added to the score of its group, or to the fused one, in units of −ln p.
  package var contribution: Double?
  package var isFlagged = false
  /// What it saw, in its own words.
  package var seen: String?
  package var detail: RecordedDetail?
  /// Whether it stands for private detectors about which the reader may know no more.
  package var isWithheld = false

  package init() {}

  /// What stands for decisive private detectors.
  init(withheld name: String) {
    self.name = name
    isFlagged = true
    isWithheld = true
  }

  package static let members: [RecordMember<Self>] = [
    .text("name", \.name), .text("kind", \.kind), .privacy(\.isPrivate), .text("group", \.group), scoreMember,
    .number("threshold", \.threshold), .number("pValue", \.pValue),
    .number("contribution", \.contribution, decimals: 4),
    .truth("flagged", \.isFlagged), .text("seen", \.seen), .part("detail", \.detail),
    .mark(RecordedVerdict.withheldName, \.isWithheld),
  ]

  /// The score of a detector that abstained is null.
  private static let scoreMember: RecordMember<Self> = {
    let number = RecordMember<Self>.number("score", \.score)
    return RecordMember(number.name) {
      $0.isWithheld ? nil : number.written($0) ?? .null
    } read: { value, part, damage in
      number.read(value, &part, &damage)
    }
  }()

  /// What the classifier said about the versions that were compared.
  package var versions: [RecordedVersion] { detail?.versions ?? [] }

  /// How much it speaks against the image, in units of −ln p: what it added, or how rare its score is.
  ///
  /// A threshold that stands in the filter file says nothing about clean images: there, it is how often the score holds it.
  package var strength: Double {
    guard let score else { return 0 }
    if let contribution { return contribution }
    if let pValue { return pValue > 0 ? -Double.log(pValue) : .infinity }
    guard let threshold, threshold > 0, score > threshold else { return 0 }
    return Double.log(score / threshold)
  }
}

/// What led to a detector's score.
package struct RecordedDetail: RecordPart {
  package var measurements: [RecordedNumber] = []
  package var region: RecordedRegion?
  package var versions: [RecordedVersion] = []

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .named("measurements", \.measurements), .part("region", \.region), .parts("squeezers", \.versions),
  ]
}

/// Where in the picture a detector saw something, in pixels.
package struct RecordedRegion: RecordPart {
  package var x: Int?
  package var y: Int?
  package var width: Int?
  package var height: Int?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .integer("x", \.x), .integer("y", \.y), .integer("width", \.width), .integer("height", \.height),
  ]
}

/// What the classifier said about a squeezed version of the image.
package struct RecordedVersion: RecordPart {
  package var squeezer: String?
  /// How the distance was measured.
  package var measure: String?
  package var distance: Double?
  package var topClass: Int?
  package var probability: Double?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("squeezer", \.squeezer), .text("measure", \.measure), .number("distance", \.distance),
    .integer("class", \.topClass), .number("probability", \.probability),
  ]

  package var prediction: RecordedPrediction { RecordedPrediction(topClass: topClass, probability: probability) }
}

/// What the classifier said.
package struct RecordedPrediction: RecordPart {
  package var topClass: Int?
  package var label: String?
  package var probability: Double?
  /// ln(p / (1 − p)) of that probability.
  package var logOdds: Double?

  package init() {}

  package init(topClass: Int?, label: String? = nil, probability: Double?, logOdds: Double? = nil) {
    self.topClass = topClass
    self.label = label
    self.probability = probability
    self.logOdds = logOdds
  }

  package static let members: [RecordMember<Self>] = [
    .integer("class", \.topClass), .text("label", \.label), .number("probability", \.probability),
    .number("logOdds", \.logOdds, decimals: 4),
  ]
}
