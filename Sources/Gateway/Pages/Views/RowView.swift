import AuditLog
import Auditing
import Pixels

/// A record in a list.
struct RowView {
  private let record: StoredRecord
  private let said: JSONValue
  private let link: String

  /// - Parameters:
  ///   - link: what follows the record's address, for coming back to the same list.
  init(_ record: StoredRecord, link: String = "") {
    self.record = record
    said = record.json
    self.link = link
  }

  static func address(of reference: AuditReference) -> String {
    "/audit/records/\(reference.writer)/\(reference.sequence)"
  }

  var values: [String: Any] {
    let verdict = said["verdict"]?.string ?? record.kind
    let address = Self.address(of: record.reference)
    let (client, pValue, detectors) = (said["client"]?.string, said["pValue"]?.double, record.flaggedDetectors)
    return [
      "href": address + link, "reference": record.reference.description, "verdict": verdict,
      "thumbnail": "\(address)/pictures/thumbnail", "hasThumbnail": hasPicture,
      "action": said["action"]?.string ?? "", "source": record.sourceName,
      "isClean": verdict == "clean", "isAdversarial": verdict == "adversarial", "isRejected": verdict == "rejected",
      "isFailed": verdict == "failed", "client": client ?? "", "hasClient": client != nil,
      "time": record.time.text, "timeText": record.time.shortText, "pValue": pValue.map(PageText.number) ?? "",
      "hasPValue": pValue != nil, "detectors": detectors.joined(separator: ", "), "hasDetectors": !detectors.isEmpty,
      "prediction": prediction ?? "", "hasPrediction": prediction != nil, "review": record.review?.word ?? "",
      "isReviewed": record.review != nil, "isConfirmed": record.review?.label == .adversarial,
      "isCleared": record.review?.label == .clean, "isHeld": record.image?.isHeld ?? false,
    ]
  }

  /// Whether there are bytes that decode: what was judged was decoded once.
  var hasPicture: Bool {
    record.image?.isStored == true && ["clean", "adversarial"].contains(said["verdict"]?.string ?? "")
  }

  private var prediction: String? {
    said["prediction"].map { value in
      let (label, probability) = PageText.prediction(value)
      return label + (probability.map { " " + PageText.share($0) } ?? "")
    }
  }
}
