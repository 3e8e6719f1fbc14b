import AuditLog
import Auditing
import Common

/// One record, for reading in a terminal.
struct RecordReport {
  private let record: StoredRecord
  private let said: JSONValue

  private static let labelWidth = 12

  init(_ record: StoredRecord) {
    self.record = record
    said = record.json
  }

  var text: String {
    let heading = Terminal.styled("\(record.reference)  \(Terminal.printable(said["source"]?.string ?? ""))", .bold)
    guard record.kind == AuditKind.verdict.rawValue else { return otherKind }
    return ([heading] + facts + detectors + conclusion + review + [line("hash", record.hash)])
      .joined(separator: "\n") + "\n"
  }

  /// A record that is about no verdict, member by member.
  private var otherKind: String {
    ([Terminal.styled("\(record.reference)  \(Terminal.printable(record.kind))", .bold)]
      + said.members.dropFirst(5).map { line($0.name, $0.value) ?? "" }
      + [line("time", record.time.text), line("hash", record.hash)]).joined(separator: "\n") + "\n"
  }

  private func line(_ label: String, _ value: String) -> String {
    "  " + Terminal.styled(padded(label, Self.labelWidth), .dim) + Terminal.printable(value)
  }

  private func line(_ label: String, _ value: JSONValue?) -> String? {
    guard let value else { return nil }
    return line(label, value.string ?? value.text)
  }

  private var facts: [String] {
    let image = said["image"]
    let size = image.map { image in
      let sides = ["width", "height"].compactMap { image[$0]?.text }.joined(separator: "×")
      return "\((image["format"]?.string ?? "").uppercased()) \(sides), \(said["bytes"]?.text ?? "?") bytes"
    }
    let filter = said["filter"].map { filter in
      "\(filter["name"]?.string ?? "") (\((filter["digest"]?.string ?? "").prefix(12)))"
    }
    let prediction = said["prediction"].map(Self.prediction)
    return [
      line("time", record.time.text), line("client", said["client"]), line("request", said["request"]),
      line("route", said["route"]), size.map { line("image", $0) }, line("sha256", said["sha256"]),
      line("kept", kept), filter.map { line("filter", $0) }, line("build", said["build"]),
      prediction.map { line("prediction", $0) }, WayText(said).map { line("way", $0.text) },
    ].compactMap(\.self) + findings
  }

  private var kept: String {
    guard let image = record.image else { return "no" }
    if image.isHeld { return "yes, held" }
    return image.isStored ? "yes" : "not any more"
  }

  private var findings: [String] {
    (said["findings"]?.elements ?? []).enumerated().map { index, finding in
      line(index == 0 ? "findings" : "", finding["code"]?.string ?? "")
    }
  }

  private var detectors: [String] {
    (said["detectors"]?.elements ?? []).flatMap { detector -> [String] in
      let isFlagged = detector["flagged"] == .bool(true)
      let name = Terminal.printable(detector["name"]?.string ?? "")
      let numbers = [("score", "score"), ("threshold", "threshold"), ("pValue", "p")].compactMap { member, label in
        detector[member].flatMap(\.double).map { "\(label) \(rounded($0))" }
      }.joined(separator: ", ")
      let title = "  \(Terminal.styled(name, .bold)): \(Terminal.styled(numbers, isFlagged ? .red : .green))"
      return ["", title, "    " + Terminal.printable(detector["seen"]?.string ?? "")] + squeezed(detector)
    }
  }

  private func squeezed(_ detector: JSONValue) -> [String] {
    (detector["detail"]?["squeezers"]?.elements ?? []).map { version in
      let distance = version["distance"]?.double.map(rounded) ?? ""
      return "    " + padded(Terminal.printable(version["squeezer"]?.string ?? ""), 20) + padded(distance, 12)
        + Self.prediction(version)
    }
  }

  private static func prediction(_ value: JSONValue) -> String {
    let name = value["label"]?.string ?? "class \(value["class"]?.text ?? "?")"
    return Terminal.printable(name) + (value["probability"]?.double.map { " \(percent(Float($0)))" } ?? "")
  }

  private var conclusion: [String] {
    let verdict = said["verdict"]?.string ?? record.kind
    let error = said["error"].map { error in ": \(error["message"]?.string ?? error["code"]?.string ?? "")" } ?? ""
    let pValue =
      said["pValue"]?.double.map { ", p = \(rounded($0)) of a budget of \(said["budget"]?.text ?? "?")" } ?? ""
    let action = said["action"]?.string.map { " (\($0))" } ?? ""
    let explanation = Explanation(said).text
    let style: Terminal.Style = verdict == "clean" ? .green : verdict == "adversarial" ? .red : .yellow
    return ["", "  " + Terminal.styled(Terminal.printable(verdict + action + pValue + error), style)]
      + (explanation.isEmpty ? [] : ["  " + Terminal.printable(explanation)])
  }

  private var review: [String] {
    guard let review = record.review else { return [line("review", "none")] }
    let note = review.note.map { ": \($0)" } ?? ""
    return [line("review", "\(review.word) by \(review.reviewer), \(review.time.shortText)\(note)")]
  }
}
