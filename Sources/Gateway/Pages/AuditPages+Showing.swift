import AuditLog
import Auditing
import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import NIOCore

extension AuditPages {
  private func overviewView(
    _ page: PageRequest, _ visitor: Visitor
  ) async throws(PageFailure) -> OverviewView {
    let period = page.query["period"].flatMap(OverviewView.Period.init(rawValue:)) ?? .day
    let (audit, pipeline) = (audit, gateway.engine.pipeline)
    return try await perform(for: visitor) { log throws(SluiceError) in
      try OverviewView(period, audit, pipeline, log)
    }
  }

  func live(_ page: PageRequest, _ visitor: Visitor) async throws(PageFailure) -> Response {
    fragment("live", try await overviewView(page, visitor).values)
  }

  func overview(_ page: PageRequest, _ visitor: Visitor) async throws(PageFailure) -> Response {
    var values = try await overviewView(page, visitor).values
    values["isOverview"] = true
    values["title"] = "Overview"
    return self.page("overview", visitor, values)
  }

  func records(_ page: PageRequest, _ visitor: Visitor) async throws(PageFailure) -> Response {
    let (filter, pipeline) = (RecordFilter(page.query), gateway.engine.pipeline)
    let view = try await perform(for: visitor) { log throws(SluiceError) in try RecordsView(filter, pipeline, log) }
    return self.page("records", visitor, view.values)
  }

  func record(
    _ reference: AuditReference, _ page: PageRequest, _ visitor: Visitor
  ) async throws(PageFailure) -> Response {
    let (filter, pipeline, clean) = (RecordFilter(page.query), gateway.engine.pipeline, cleanScores)
    let shown = try await perform(for: visitor) { log throws(SluiceError) -> Shown in
      let record = try Self.found(reference, log)
      guard record.knownKind != .search else { return .search(try SearchView(record, log)) }
      return .record(try RecordView(record, filter, pipeline, clean, log))
    }
    return switch shown {
    case .record(let view): self.page("record", visitor, view.values)
    case .search(let view): self.page("search", visitor, view.values)
    }
  }

  private enum Shown {
    case record(RecordView)
    case search(SearchView)
  }

  func searches(_ page: PageRequest, _ visitor: Visitor) async throws(PageFailure) -> Response {
    let filter = RecordFilter(page.query)
    let view = try await perform(for: visitor) { log throws(SluiceError) in try SearchesView(filter, log) }
    return self.page("searches", visitor, view.values)
  }

  /// A search by the last of its records.
  func search(_ search: String, _ visitor: Visitor) async throws(PageFailure) -> Response {
    var query = AuditQuery()
    (query.kind, query.search) = (.search, search)
    let wanted = query
    let view = try await perform(for: visitor) { log throws(SluiceError) in
      guard let record = try log.records(wanted, limit: 1).first else {
        throw SluiceError(.noSuchRecord, "there is no such search")
      }
      return try SearchView(record, log)
    }
    return self.page("search", visitor, view.values)
  }

  /// - Throws: `no-such-record`.
  static func found(_ reference: AuditReference, _ log: PermittedLog) throws(SluiceError) -> StoredRecord {
    guard let record = try log.record(reference) else {
      throw SluiceError(.noSuchRecord, "there is no record \(reference)")
    }
    return record
  }

  func picture(
    _ name: String, of reference: AuditReference, _ visitor: Visitor
  ) async throws(PageFailure) -> Response {
    if let place = QuestionPicture.place(name) { return try await questionPicture(place, of: reference, visitor) }
    guard let kind = EvidencePicture(name) else { throw .status(404, "there is no such picture") }
    let (pictures, pipeline) = (pictures, gateway.engine.pipeline)
    let png = try await perform(for: visitor) { log throws(SluiceError) -> [UInt8]? in
      let record = try Self.found(reference, log)
      do throws(SluiceError) { return try pictures.picture(kind, of: record, in: log, pipeline) } catch {
        // An image that this filter does not decode has no picture.
        guard error.code == .auditUnavailable else { return nil }
        throw error
      }
    }
    guard let png else { throw .status(404, "there is no such picture") }
    return PageResponse.picture(png)
  }

  private func questionPicture(
    _ place: Int, of reference: AuditReference, _ visitor: Visitor
  ) async throws(PageFailure) -> Response {
    let png = try await perform(for: visitor) { log throws(SluiceError) -> [UInt8]? in
      try QuestionPicture.png(place, of: try Self.found(reference, log))
    }
    guard let png else { throw .status(404, "there is no such picture") }
    return PageResponse.picture(png)
  }

  func file(_ reference: AuditReference, _ visitor: Visitor) async throws(PageFailure) -> Response {
    let (digest, bytes) = try await perform(for: visitor) { log throws(SluiceError) -> (String, [UInt8]) in
      guard let sha256 = try Self.found(reference, log).verdict.sha256, let bytes = try log.image(sha256)
      else { throw SluiceError(.noSuchRecord, "the bytes of \(reference) are not kept") }
      return (sha256, bytes)
    }
    return PageResponse.download(bytes, named: "\(digest.prefix(16)).bin")
  }

  /// All records of a filter, a block at a time. What cannot be understood of it would leave records in that nobody asked for.
  func export(_ filter: RecordFilter, _ visitor: Visitor) throws(PageFailure) -> Response {
    guard filter.complaints.isEmpty else { throw .status(400, filter.complaints.joined(separator: "; ")) }
    var query = filter.query
    query.isOldestFirst = true
    let wanted = query
    let body = ResponseBody { [self] writer in
      var cursor: AuditQuery.Cursor?
      while true {
        let start = cursor
        let records = try await perform(for: visitor) { log throws(SluiceError) in
          try log.records(wanted, after: start, limit: Self.exportBlock)
        }
        let text = records.map { $0.exported.text + "\n" }.joined()
        try await writer.write(ByteBuffer(string: text))
        guard records.count == Self.exportBlock, let last = records.last else { break }
        cursor = AuditQuery.Cursor(last)
      }
      try await writer.finish(nil)
    }
    var headers = PageResponse.headers("application/x-ndjson")
    headers[.contentDisposition] = "attachment; filename=\"records.ndjson\""
    return Response(status: .ok, headers: headers, body: body)
  }

  private static let exportBlock = 200
}
