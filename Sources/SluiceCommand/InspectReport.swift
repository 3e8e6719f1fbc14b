import Classifiers
import Common
import Decision
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels

/// The verdict on one image, for reading in a terminal.
struct InspectReport {
  let verdict: Verdict
  let pipeline: Pipeline
  let byteCount: Int

  private static let labelWidth = 12

  var text: String {
    var lines = [Terminal.styled(verdict.source.printable, .bold)]
    lines += imageLines
    lines += findingLines
    lines += predictionLines
    for detector in verdict.detectors { lines += [""] + detectorLines(detector) }
    lines += [""] + decisionLines + [verdictLine]
    return lines.joined(separator: "\n") + "\n"
  }

  private func line(_ label: String, _ value: String) -> String {
    "  " + Terminal.styled(padded(label, Self.labelWidth), .dim) + value
  }

  private var imageLines: [String] {
    var lines: [String] = []
    if let header = verdict.header {
      let kind = "\(header.format.rawValue.uppercased()) \(header.size), \(header.colour)"
      lines.append(line("image", "\(kind), \(byteCount) bytes"))
    }
    if let digest = verdict.sha256 { lines.append(line("sha256", digest)) }
    lines.append(line("filter", "\(verdict.filter.name) (\(verdict.filter.digest.prefix(12)))"))
    if let classifier = pipeline.classifier { lines.append(line("classifier", classifier.description)) }
    return lines
  }

  private var findingLines: [String] {
    verdict.findings.enumerated().map { index, finding in
      line(index == 0 ? "findings" : "", "\(finding.code.rawValue): \(finding.sentence)")
    }
  }

  private var predictionLines: [String] {
    guard let prediction = verdict.prediction else { return [] }
    let asked = verdict.asked.map { "\($0.name) \(rounded($0.milliseconds))" }.joined(separator: ", ")
    return [
      line("prediction", named(prediction.topClass, prediction.probability)), line("asked, ms", asked),
    ]
  }

  private func detectorLines(_ detector: Verdict.DetectorVerdict) -> [String] {
    let style: Terminal.Style = detector.isFlagged ? .red : detector.score.value == nil ? .dim : .green
    let title = detector.name == detector.kind ? "" : " (\(detector.kind))"
    return ["  \(Terminal.styled(detector.name, .bold))\(title): \(Terminal.styled(conclusion(on: detector), style))"]
      + squeezedLines(detector.score.squeezed) + measurementLines(detector)
      + ["    \(detector.score.sentence)"]
  }

  private func conclusion(on detector: Verdict.DetectorVerdict) -> String {
    guard let value = detector.score.value else { return "abstains" }
    if let threshold = detector.threshold {
      return
        "score \(rounded(value)), \(detector.isFlagged ? "above" : "not above") the threshold \(rounded(threshold))"
    }
    guard let part = detector.part else { return "score \(rounded(value))" }
    let sum = verdict.decision?.fusedScore == nil ? "its group" : "the fused score"
    let contribution = part.contribution.map { ", adds \(rounded($0)) to \(sum)" } ?? ""
    return "score \(rounded(value)), p = \(rounded(part.pValue))\(contribution)"
  }

  private func squeezedLines(_ squeezed: [DetectorScore.SqueezedEvidence]) -> [String] {
    guard !squeezed.isEmpty else { return [] }
    let width = max(10, squeezed.map(\.squeezer.count).max() ?? 0)
    let heading = Terminal.styled("    \(padded("squeezed by", width))  \(padded("distance", 11)) prediction", .dim)
    return [heading]
      + squeezed.map { version in
        let isChanged = version.topClass != verdict.prediction?.topClass
        let now = named(version.topClass, version.topProbability)
        return "    \(padded(version.squeezer, width))  \(padded(rounded(version.distance), 11)) "
          + (isChanged ? Terminal.styled(now + "  (changed)", .yellow) : now)
      }
  }

  private func measurementLines(_ detector: Verdict.DetectorVerdict) -> [String] {
    let score = detector.score
    var lines: [String] = []
    if !score.measurements.isEmpty {
      let shown = score.measurements.map { "\($0.name) \(rounded($0.value))" }
      lines.append("    " + Terminal.styled(shown.joined(separator: ", "), .dim))
    }
    if let region = score.region {
      lines.append(
        "    suspected region: \(region.size) pixels at \(region.x), \(region.y) of the \(detector.looksAtSource ? "source" : "model-size image")"
      )
    }
    return lines
  }

  private var decisionLines: [String] {
    guard let decision = verdict.decision else { return [] }
    let fused = decision.fusedScore.map { "fused score \(rounded($0)), " } ?? ""
    let relation = decision.isFlagged ? "within" : "above"
    let groups = decision.groups.map { group in
      let line = "group \(group.name): p = \(rounded(group.pValue)), with \(rounded(group.share)) of the budget"
      return group.isFlagged ? Terminal.styled(line + ": flagged", .red) : Terminal.styled(line, .dim)
    }
    return groups + [
      "\(fused)p = \(rounded(decision.pValue.value)), \(relation) the budget of \(rounded(decision.budget))",
      Terminal.styled(
        "compared with \(decision.pValue.images) clean scores (stratum: \(decision.pValue.stratum))", .dim),
    ]
  }

  private var verdictLine: String {
    let style: Terminal.Style = verdict.outcome == .clean ? .green : .red
    // What was rejected, or failed, is called as what became of it.
    let (found, done) = (verdict.outcome.rawValue, verdict.outcome.action.rawValue)
    let conclusion = "verdict: " + (found == done ? found : "\(found), \(done)")
    guard let error = verdict.error else { return Terminal.styled(conclusion, style) }
    return Terminal.styled(conclusion, style) + "\n  \(error.code): \(error.description.printable)"
  }

  private func named(_ index: Int, _ probability: Float) -> String {
    pipeline.named(index) + ", \(percent(probability))"
  }
}

extension Pipeline {
  /// A class's number and, where there are labels, its name.
  func named(_ index: Int) -> String {
    labels?[index].map { "\(index) \($0.printable)" } ?? "class \(index)"
  }
}

/// A probability in percent with one decimal.
func percent(_ probability: Float) -> String {
  JSONValue.number(Double(probability) * 100, decimals: 1).text + " %"
}

/// A score with four decimals, or seven where it is small.
func rounded(_ value: Double) -> String { JSONValue.number(value, decimals: abs(value) < 0.01 ? 7 : 4).text }

/// The text with spaces behind it up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
