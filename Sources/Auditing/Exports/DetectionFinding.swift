import AuditLog
import Common
import FilterPipeline
import StatefulDetection

/// A record as a Detection Finding (class 2004) of the Open Cybersecurity Schema Framework 1.3, with the profile
/// `security_control`; what the schema has no place for is under `unmapped`.
struct DetectionFinding {
  private let exported: ExportedRecord

  init(_ record: StoredRecord) { exported = ExportedRecord(record) }

  private var record: StoredRecord { exported.record }
  private var said: RecordedVerdict { exported.said }
  private var search: RecordedSearch? { exported.search }

  var json: JSONValue {
    .object([
      "activity_id": .integer(1), "activity_name": "Create".json, "category_uid": .integer(2),
      "category_name": "Findings".json, "class_uid": .integer(2004), "class_name": "Detection Finding".json,
      "type_uid": .integer(200_401), "time": .integer(record.time.microseconds / 1000),
      "severity_id": .integer(severity.id), "severity": severity.name.json, "status_id": .integer(status.id),
      "status": status.name.json, "action_id": .integer(wasForwarded ? 1 : 2),
      "action": (wasForwarded ? "Allowed" : "Denied").json, "disposition_id": .integer(disposition.id),
      "disposition": disposition.name.json, "message": message.json, "comment": record.review?.note?.json,
      "metadata": metadata, "finding_info": findingInfo, "evidences": .array([evidence]), "unmapped": unmapped,
    ])
  }

  private var verdict: String { search == nil ? said.outcome?.rawValue ?? "" : record.kind }
  private var wasForwarded: Bool { said.wasForwarded ?? (search?.knownAction == .silent) }
  private var title: String { search == nil ? "Adversarial image screening" : "Search for an adversarial image" }

  private var message: String {
    if let search { return "search for an adversarial image: \(SearchCourse(search).text)" }
    let detectors = said.flaggedDetectors.joined(separator: ", ")
    return said.outcome == .adversarial ? "image flagged as adversarial by \(detectors)" : "image \(verdict)"
  }

  private var severity: (id: Int, name: String) {
    switch exported.severity {
    case .high: (4, "High")
    case .low: (2, "Low")
    case .informational: (1, "Informational")
    }
  }

  private var status: (id: Int, name: String) {
    switch record.review?.label {
    case nil: (1, "New")
    case .adversarial: (4, "Resolved")
    case .clean: (3, "Suppressed")
    }
  }

  private var disposition: (id: Int, name: String) {
    guard said.wasForwarded != false else { return (2, "Blocked") }
    return switch said.action {
    case nil where search?.knownAction == .silent: (17, "Logged")
    case .sanitized: (11, "Corrected")
    case .observed, .unjudged: (17, "Logged")
    case .forwarded: (1, "Allowed")
    case .flagged, .rejected, .failed, nil: (2, "Blocked")
    }
  }

  private var metadata: JSONValue {
    .object([
      "version": "1.3.0".json, "uid": record.reference.description.json,
      "product": .object([
        "name": "Sluice".json, "vendor_name": "Sluice".json, "version": (said.build ?? "unknown").json,
      ]), "profiles": .array(["security_control".json]), "original_time": record.time.text.json,
      "log_name": record.reference.writer.json, "sequence": .integer(record.reference.sequence),
    ])
  }

  private var findingInfo: JSONValue {
    .object([
      "uid": record.reference.description.json, "title": title.json,
      "types": .array([verdict.json]), "created_time": .integer(record.time.microseconds / 1000),
      "analytic": .object([
        "name": said.filter?.name?.json, "uid": said.filter?.digest?.json, "type_id": .integer(4),
        "type": "Learning (ML/DL)".json,
      ]),
      "data_sources": .array(said.source.map { [$0.json] } ?? []),
    ])
  }

  private var evidence: JSONValue {
    .object([
      "file": said.sha256.map { digest in
        .object([
          "name": (said.source ?? "image").json, "type_id": .integer(1), "type": "Regular File".json,
          "size": said.bytes.map(JSONValue.integer),
          "hashes": .array([.object(["algorithm_id": .integer(3), "algorithm": "SHA-256".json, "value": digest.json])]),
        ])
      },
      "actor": said.client.map { .object(["user": .object(["name": $0.json])]) },
      "data": .object([
        "detectors": list(said.detectors), "prediction": said.prediction?.json, "findings": list(said.findings),
      ]),
    ])
  }

  private func list(_ parts: [some RecordPart]) -> JSONValue? { parts.isEmpty ? nil : .array(parts.map(\.json)) }

  private var unmapped: JSONValue {
    .object([
      "hash": record.hash.json, "p_value": said.pValue.map { .number($0) }, "budget": said.budget.map { .number($0) },
      "request": said.request?.json, "filter": said.filter?.json, "error": said.error?.json,
      "review": record.review?.word.json, "search": said.search?.json,
      "answered": said.answered?.rawValue.json, "questions": search?.questions.map(JSONValue.integer),
    ])
  }
}

extension String {
  fileprivate var json: JSONValue { .string(self) }
}
