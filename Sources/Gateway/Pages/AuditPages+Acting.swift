import AuditLog
import Auditing
import Common
import FilterPipeline
import Hummingbird

extension AuditPages {
  /// Records a review, and goes on to the next record that nobody has reviewed.
  func review(
    _ reference: AuditReference, _ form: FormFields, _ visitor: Visitor, _ filter: RecordFilter
  ) async throws(PageFailure) -> Response {
    guard let label = form["label"].flatMap(ImageReview.Label.init(rawValue:)) else {
      throw .status(400, "say whether it was an attack")
    }
    let trueClass = try Self.trueClass(form["class"])
    let (note, attack) = (form["note"], form["attack"])
    guard [note, attack].allSatisfy({ ($0?.utf8.count ?? 0) <= ImageReview.longestText }) else {
      throw .status(400, "a note has at most \(ImageReview.longestText) bytes")
    }
    let (reviewer, writer) = (visitor.reviewer.name, audit.writer.name)
    let next = try await perform(for: visitor) { log throws(SluiceError) -> StoredRecord? in
      let record = try Self.found(reference, log)
      guard let sha256 = record.verdict.sha256 else {
        throw SluiceError(.noSuchRecord, "\(reference) has no image to review")
      }
      let review = ImageReview(
        sha256: sha256, label: label, trueClass: trueClass, attack: attack, note: note, reviewer: reviewer)
      try log.review(review, of: reference, by: writer)
      return try Self.nextUnreviewed(after: record, filter.query, log)
    }
    return PageResponse.redirect(to: RowView.address(of: next?.reference ?? reference) + filter.text())
  }

  private static func trueClass(_ text: String?) throws(PageFailure) -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), ImageReview.classRange.contains(number) else {
      throw .status(400, "a class is a number from 0 to \(ImageReview.classRange.upperBound)")
    }
    return number
  }

  /// The next record of the list that was held back and that nobody has reviewed.
  private static func nextUnreviewed(
    after record: StoredRecord, _ query: AuditQuery, _ log: PermittedLog
  ) throws(SluiceError) -> StoredRecord? {
    var query = query
    query.review = .unreviewed
    if query.verdicts.isEmpty { query.verdicts = [Verdict.Outcome.adversarial.rawValue] }
    return try log.records(query, after: AuditQuery.Cursor(record), limit: 1).first
  }

  func hold(
    _ reference: AuditReference, _ form: FormFields, _ visitor: Visitor, _ filter: RecordFilter
  ) async throws(PageFailure) -> Response {
    guard let choice = form["hold"], ["0", "1"].contains(choice) else { throw .status(400, "say whether to hold it") }
    let (reviewer, writer) = (visitor.reviewer.name, audit.writer.name)
    try await perform(for: visitor) { log throws(SluiceError) in
      guard let sha256 = try Self.found(reference, log).verdict.sha256 else {
        throw SluiceError(.noSuchRecord, "\(reference) has no image")
      }
      try log.hold(sha256, isHeld: choice == "1", reviewer: reviewer, by: writer)
    }
    return PageResponse.redirect(to: RowView.address(of: reference) + filter.text())
  }
}
