import AuditLog
import Auditing
import Common
import FilterPipeline

/// One record, for reading in a terminal.
struct RecordReport {
  private let record: StoredRecord
  private let said: RecordedVerdict
  private let damage: RecordDamage

  private static let labelWidth = 12

  init(_ record: StoredRecord) {
    self.record = record
    (said, damage) = RecordedVerdict.salvaged(from: record.json)
  }

  var text: String {
    let heading = Terminal.styled("\(record.reference)  \((said.source ?? "").printable)", .bold)
    guard record.knownKind != .search else { return SearchReport(record).text }
    guard record.knownKind == .verdict else { return otherKind }
    return ([heading] + facts + detectors + conclusion + review + [line("hash", record.hash)])
      .joined(separator: "\n") + "\n"
  }

  /// A record that is about no verdict, member by member.
  private var otherKind: String {
    ([Terminal.styled("\(record.reference)  \(record.kind.printable)", .bold)]
      + record.json.members.dropFirst(ChainedRecord.placeNames.count)
      .map { line($0.name, $0.value.string ?? $0.value.text) }
      + [line("time", record.time.text), line("hash", record.hash)]).joined(separator: "\n") + "\n"
  }

  private func line(_ label: String, _ value: String) -> String {
    "  " + Terminal.styled(padded(label, Self.labelWidth), .dim) + value.printable
  }

  private func known(_ label: String, _ value: String?) -> String? { value.map { line(label, $0) } }

  private var facts: [String] {
    let size = said.image.map { image in
      let sides = [image.width, image.height].compactMap { $0.map(String.init) }.joined(separator: "×")
      return "\((image.format ?? "").uppercased()) \(sides), \(said.bytes.map(String.init) ?? "?") bytes"
    }
    let filter = said.filter.map { "\($0.name ?? "") (\(($0.digest ?? "").prefix(12)))" }
    return [
      known("time", record.time.text), known("client", said.client), known("request", said.request),
      known("route", said.route), known("search", said.search),
      known("answered", said.answered?.rawValue), known("image", size), known("sha256", said.sha256),
      known("kept", record.keptText), known("filter", filter), known("build", said.build),
      known("prediction", said.prediction.map(Self.prediction)), known("way", WayText(said)?.text),
      known("damaged", damage.paths.isEmpty ? nil : damage.paths.joined(separator: ", ")),
    ].compactMap(\.self) + findings
  }

  private var findings: [String] {
    said.findings.enumerated().map { index, finding in
      line(index == 0 ? "findings" : "", finding.code ?? "")
    }
  }

  private var detectors: [String] {
    said.detectors.flatMap { detector -> [String] in
      let name = (detector.name ?? "").printable
      let numbers = [("score", detector.score), ("threshold", detector.threshold), ("p", detector.pValue)]
        .compactMap { label, value in value.map { "\(label) \(rounded($0))" } }.joined(separator: ", ")
      let title = "  \(Terminal.styled(name, .bold)): \(Terminal.styled(numbers, detector.isFlagged ? .red : .green))"
      return ["", title, "    " + (detector.seen ?? "").printable] + squeezed(detector)
    }
  }

  private func squeezed(_ detector: RecordedDetector) -> [String] {
    detector.versions.map { version in
      let distance = version.distance.map(rounded) ?? ""
      return "    " + padded((version.squeezer ?? "").printable, 20) + padded(distance, 12)
        + Self.prediction(version.prediction)
    }
  }

  private static func prediction(_ value: RecordedPrediction) -> String {
    let name = value.label ?? "class \(value.topClass.map(String.init) ?? "?")"
    return name.printable + (value.probability.map { " \(percent(Float($0)))" } ?? "")
  }

  private var conclusion: [String] {
    let verdict = said.outcome?.rawValue ?? record.kind
    let error = said.error.map { ": \($0.message ?? $0.code ?? "")" } ?? ""
    let budget = said.budget.map { JSONValue.number($0).text } ?? "?"
    let pValue = said.pValue.map { ", p = \(rounded($0)) of a budget of \(budget)" } ?? ""
    let action = said.action.map { " (\($0.rawValue))" } ?? ""
    let explanation = Explanation(said).text
    let style: Terminal.Style = said.outcome == .clean ? .green : said.outcome == .adversarial ? .red : .yellow
    return ["", "  " + Terminal.styled((verdict + action + pValue + error).printable, style)]
      + (explanation.isEmpty ? [] : ["  " + explanation.printable])
  }

  private var review: [String] {
    guard let review = record.review else { return [line("review", "none")] }
    let note = review.note.map { ": \($0)" } ?? ""
    return [line("review", "\(review.word) by \(review.reviewer), \(review.time.shortText)\(note)")]
  }
}
