import AuditLog
import Common
import Decision
import FilterPipeline
import RealModule

/// One detector's part in a recorded verdict.
///
/// Older records say less: whatever is missing is `nil`, or empty.
struct RecordedDetector: Sendable {
  let name: String
  /// The group that it shares a part of the budget with; `nil` where there are no groups that do.
  let group: String?
  /// Whether only the operator and reviewers with the right to it may know of it.
  let isPrivate: Bool
  let score: Double?
  let threshold: Double?
  let pValue: Double?
  /// What it added to the score of its group, or to the fused one.
  let contribution: Double?
  let isFlagged: Bool
  /// What it saw, in its own words.
  let seen: String
  /// What the classifier said about the versions that were compared.
  let versions: [RecordedVersion]

  init(_ json: JSONValue) {
    name = json["name"]?.string ?? ""
    group = json["group"]?.string
    isPrivate = PrivateParts.isPrivate(json)
    score = json["score"]?.double
    threshold = json["threshold"]?.double
    pValue = json["pValue"]?.double
    contribution = json["contribution"]?.double
    isFlagged = json["flagged"] == .bool(true)
    seen = json["seen"]?.string ?? ""
    versions = (json["detail"]?["squeezers"]?.elements ?? []).map(RecordedVersion.init)
  }

  /// How much it speaks against the image, in units of −ln p: what it added, or how rare its score is.
  ///
  /// A threshold that stands in the filter file says nothing about clean images: there, it is how often the score holds it.
  var strength: Double {
    guard let score else { return 0 }
    if let contribution { return contribution }
    if let pValue { return pValue > 0 ? -Double.log(pValue) : .infinity }
    guard let threshold, threshold > 0, score > threshold else { return 0 }
    return Double.log(score / threshold)
  }
}

/// What the classifier said about a squeezed version of the image.
struct RecordedVersion: Sendable {
  let squeezer: String
  let distance: Double
  let prediction: JSONValue

  init(_ json: JSONValue) {
    squeezer = json["squeezer"]?.string ?? ""
    distance = json["distance"]?.double ?? 0
    prediction = json
  }
}
