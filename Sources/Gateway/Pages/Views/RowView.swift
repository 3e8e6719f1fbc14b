import AuditLog
import Auditing
import Common
import FilterPipeline

/// A record in a list.
struct RowView {
  private let record: StoredRecord
  private let said: RecordedVerdict
  private let names: ClassNames
  private let link: String

  private static let maxDetectors = 2

  /// - Parameters:
  ///   - pipeline: today's filter, which may know what classes are called.
  ///   - link: what follows the record's address, for coming back to the same list.
  init(_ record: StoredRecord, _ pipeline: Pipeline, link: String = "") {
    self.record = record
    said = record.verdict
    names = ClassNames(said, pipeline)
    self.link = link
  }

  static func address(of reference: AuditReference) -> String {
    "/audit/records/\(reference.writer)/\(reference.sequence)"
  }

  var values: [String: Any] {
    let verdict = said.outcome?.rawValue ?? record.kind
    let address = Self.address(of: record.reference)
    let (client, pValue) = (said.client, said.pValue)
    let detectors = DecisiveDetectors(said).summary(atMost: Self.maxDetectors)
    let prediction = said.prediction.map { PageText.prediction($0, names) }
    return [
      "href": address + link, "reference": record.reference.description, "verdict": verdict,
      "thumbnail": "\(address)/pictures/thumbnail", "hasThumbnail": hasPicture,
      "action": said.actionText, "source": said.sourceName,
      "isClean": said.outcome == .clean, "isAdversarial": said.outcome == .adversarial,
      "isRejected": said.outcome == .rejected, "isFailed": said.outcome == .failed, "client": client ?? "",
      "hasClient": client != nil, "search": said.search ?? "", "isQuestion": said.search != nil,
      "searchHref": SearchView.address(of: said.search ?? ""),
      "time": record.time.text, "timeText": record.time.shortText, "pValue": pValue.map(PageText.number) ?? "",
      "hasPValue": pValue != nil, "detectors": detectors, "hasDetectors": !detectors.isEmpty,
      "prediction": prediction ?? "", "hasPrediction": prediction != nil, "review": record.review?.word ?? "",
      "isReviewed": record.review != nil, "isConfirmed": record.review?.label == .adversarial,
      "isCleared": record.review?.label == .clean, "isHeld": record.image?.isHeld ?? false, "error": error,
      "hasError": said.error != nil,
    ]
  }

  /// Whether there are bytes that decode: what was judged was decoded once.
  var hasPicture: Bool { Self.hasPicture(record, said) }

  static func hasPicture(_ record: StoredRecord, _ said: RecordedVerdict) -> Bool {
    record.image?.isStored == true && [.clean, .adversarial].contains(said.outcome)
  }

  /// Why it was not judged.
  private var error: [String: String] {
    let error = said.error
    return ["code": error?.code ?? "", "message": error?.message ?? "", "remedy": error?.remedy ?? ""]
  }
}
