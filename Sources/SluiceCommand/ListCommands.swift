import ArgumentParser
import Common
import Detectors
import Files
import FilterPipeline
import Squeezers

struct SqueezersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "squeezers",
    abstract: "List the squeezers that a filter file can name.",
    discussion: """
      Each stands in a filter file as NAME, as {NAME: VALUE} with the value of its first parameter, or as \
      {NAME: {PARAMETER: VALUE, …}}; as a detector's witness, or under forward: {squeezed: …}.

        sluice squeezers
        sluice squeezers --json
      """)

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() async throws {
    let entries = SqueezerKind.all.map { kind in
      CatalogueEntry(
        name: kind.name, summary: kind.summary,
        facts: [("calls", "1 where a detector names it"), ("source", kind.source)], parameters: kind.parameters,
        entries: [])
    }
    try CatalogueEntry.write(entries, asJSON: json)
  }
}

struct DetectorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detectors",
    abstract: "List the detectors that a filter file can name.",
    discussion: """
      Each takes a threshold, above which it flags, or leaves that to the calibration of the filter's decision; it may have \
      a name of its own, and a weight in that decision. Calls are those of the classifier \
      beyond the one for the image itself; versions that several detectors name are asked about once.

        sluice detectors
        sluice detectors --json
      """)

  @Flag(help: "Print the list as JSON.")
  var json = false

  func run() async throws {
    let entries = DetectorKind.all.map { kind in
      CatalogueEntry(
        name: kind.name, summary: kind.summary,
        facts: [
          ("needs", kind.needs.rawValue), ("calls", kind.calls), ("source", kind.source),
          (
            "threshold",
            kind.defaultThreshold.map { "default \(rounded($0))" } ?? "required, or a decision with a calibration"
          ),
        ],
        parameters: kind.parameters, entries: kind.entries)
    }
    try CatalogueEntry.write(entries, asJSON: json)
  }
}

/// A squeezer or detector in a list.
private struct CatalogueEntry {
  let name: String
  let summary: String
  let facts: [(name: String, value: String)]
  let parameters: [Parameter]
  let entries: [DetectorKind.Entry]

  static func write(_ entries: [CatalogueEntry], asJSON: Bool) throws(SluiceError) {
    let text =
      asJSON ? JSONValue.array(entries.map(\.json)).text + "\n" : entries.map(\.text).joined(separator: "\n")
    try OutputFile.standardOutput().write(Array(text.utf8))
  }

  private var text: String {
    let heading = "\(Terminal.styled(name, .bold))\n  \(summary)\n"
    let facts = facts.filter { !$0.value.isEmpty }.map { fact in
      "  \(Terminal.styled("\(fact.name):", .dim)) \(fact.value)\n"
    }
    let width = (parameters.map(\.name.count) + entries.map(\.name.count)).max() ?? 0
    let listed =
      entries.map { ($0.name, ($0.isRequired ? "required" : "optional") + "; " + $0.meaning) }
      + parameters.map { parameter in
        (
          parameter.name,
          "\(parameter.permitted); \(parameter.defaultText.map { "default \($0)" } ?? "required"); \(parameter.meaning)"
        )
      }
    let rows = listed.map { name, meaning in "    \(padded(name, width))  \(meaning)\n" }
    return heading + facts.joined() + rows.joined()
  }

  private var json: JSONValue {
    let known = facts.map { JSONValue.Member(name: $0.name, value: .string($0.value)) }
    return .object(
      [
        JSONValue.Member(name: "name", value: .string(name)),
        JSONValue.Member(name: "summary", value: .string(summary)),
      ] + known + [
        JSONValue.Member(name: "entries", value: .array(entries.map(\.json))),
        JSONValue.Member(name: "parameters", value: .array(parameters.map(\.json))),
      ])
  }
}

extension Parameter {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "permitted": .string(permitted), "default": defaultText.map(JSONValue.string),
      "meaning": .string(meaning),
    ])
  }
}

extension DetectorKind.Entry {
  fileprivate var json: JSONValue {
    .object(["name": .string(name), "required": .bool(isRequired), "meaning": .string(meaning)])
  }
}
