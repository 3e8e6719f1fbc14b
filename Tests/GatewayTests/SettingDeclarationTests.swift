import Foundation
import Gateway
import TestSupport
import Testing

/// Each declared setting, by each of the three ways to set it.
struct SettingDeclarationTests {
  private static let declaredNames = SettingSections.settings.map(\.name)

  /// What the command prints for a setting that was set in one way, and how it ends.
  private struct Outcome {
    let status: Int32
    let line: String?
    let errors: String
  }

  private enum Way: CaseIterable {
    case flag, variable, file

    func set(
      _ setting: any DeclaredSetting, to text: String, beside: [String: String], in folder: TemporaryFolder
    ) throws -> Outcome {
      var (arguments, environment) = (["serve", "--print-config"], [String: String]())
      var lines = beside.map { "\($0): \"\($1)\"\n" }.joined()
      if setting.name != "filter" { arguments += ["--filter", "/f.yaml"] }
      switch self {
      case .flag where setting.notation.kind == .toggle: arguments.append("--\(setting.flag)")
      case .flag: arguments.append("--\(setting.flag)=\(text)")
      case .variable: environment[setting.variable] = text
      case .file: lines = "\(setting.name): \"\(text)\"\n" + lines
      }
      arguments += ["--config", try folder.file("gateway.yaml", lines)]
      let result = try SluiceCommand.run(arguments, environment: environment)
      let line = result.outputText.split(separator: "\n").first {
        $0.hasPrefix("\(setting.name): ") || $0.hasPrefix("# \(setting.name): ")
      }
      return Outcome(status: result.status, line: line.map(String.init), errors: result.errors)
    }

    func origin(of setting: any DeclaredSetting, in folder: TemporaryFolder) -> String {
      switch self {
      case .flag: "--\(setting.flag)"
      case .variable: "$\(setting.variable)"
      case .file: "\(folder.path)/gateway.yaml:1"
      }
    }
  }

  private func setting(_ name: String) throws -> any DeclaredSetting {
    try #require(SettingSections.settings.first { $0.name == name })
  }

  @Test("has a name of its own, which is that of the property, and a sample")
  func names() throws {
    for section in SettingSections.all {
      #expect(Mirror(reflecting: section.init()).children.map(\.label) == section.settings.map(\.name))
    }
    #expect(Set(Self.declaredNames).count == Self.declaredNames.count)
    #expect(try Set(SettingSample.all(in: TemporaryFolder()).keys) == Set(Self.declaredNames))
  }

  @Test("can be set by flag, by variable and by file, and is shown with where that was", arguments: declaredNames)
  func shown(name: String) throws {
    let (folder, setting) = (try TemporaryFolder(), try setting(name))
    let sample = try #require(SettingSample.all(in: folder)[name])
    for way in Way.allCases {
      let outcome = try way.set(setting, to: sample.good, beside: sample.beside, in: folder)
      let text = setting.isSecret ? "# \(name): set, and not shown" : "\(name): \"\(sample.good)\""
      #expect(outcome.status == 0, "\(outcome.errors)")
      let shown = outcome.line?.replacing("\\/", with: "/")
      #expect(shown == "\(text)  # \(way.origin(of: setting, in: folder))")
    }
  }

  @Test("is refused by the same words, whichever way it is set", arguments: declaredNames)
  func refused(name: String) throws {
    let (folder, setting) = (try TemporaryFolder(), try setting(name))
    guard let sample = try SettingSample.all(in: folder)[name], let bad = sample.bad else { return }
    var messages: Set<String> = []
    // A flag that is there or not can take nothing wrong.
    for way in Way.allCases where way != .flag || setting.notation.kind != .toggle {
      let outcome = try way.set(setting, to: bad, beside: sample.beside, in: folder)
      #expect(outcome.status == 2 && outcome.line == nil)
      let origin = "(\(way.origin(of: setting, in: folder)))"
      #expect(outcome.errors.contains("\(name) \(origin)"), "\(outcome.errors)")
      #expect(!setting.isSecret || !outcome.errors.contains(bad), "a secret is not repeated")
      messages.insert(outcome.errors.replacing(origin, with: ""))
    }
    #expect(messages.count == 1, "\(messages)")
  }

  @Test("has a default that it takes, written as it is read", arguments: declaredNames)
  func defaults(name: String) throws {
    let setting = try setting(name)
    let texts = try SettingTexts(flags: [name: setting.defaultText], environment: [:], file: nil)
    #expect(throws: Never.self) { try setting.value(in: texts) }
    #expect(setting.defaultText.isEmpty || texts.yaml.contains("\(name): \"\(setting.defaultText)\""))
  }

  @Test("stands in the help, under its section, with its range and its default")
  func help() throws {
    let result = try SluiceCommand.run(["serve", "--help"], environment: ["COLUMNS": "200"])
    let help = result.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for section in SettingSections.all {
      #expect(help.contains("\(section.title.uppercased()): "))
      for setting in section.settings {
        #expect(help.contains("--\(setting.flag)") && help.contains(setting.help), "\(setting.name)")
        guard setting.notation.kind != .toggle else { continue }
        let facts = [setting.notation.range, setting.defaultDescription.map { "default: \($0)" }].compactMap(\.self)
        #expect(facts.isEmpty || help.contains("\(setting.help) (\(facts.joined(separator: "; ")))"), "\(setting.name)")
      }
    }
  }

  @Test("a flag turns off what a variable turns on")
  func turnedOff() throws {
    let result = try SluiceCommand.run(
      ["serve", "-f", "/f.yaml", "--no-fail-open", "--print-config"], environment: ["SLUICE_FAIL_OPEN": "true"])
    #expect(result.outputText.contains("failOpen: \"false\"  # --fail-open"), "\(result.errors)")
  }

  @Test("the reference has the declared settings, and no others")
  func reference() throws {
    let text = String(decoding: try Repository.bytes(Repository.file("Sources/Gateway/README.md")), as: UTF8.self)
    for section in SettingSections.all {
      let table = SettingReference.table(section)
      #expect(text.contains(table), "Sources/Gateway/README.md should have:\n\(table)")
    }
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.contains("` | `SLUICE_") }
    #expect(rows.count == Self.declaredNames.count)
  }
}
