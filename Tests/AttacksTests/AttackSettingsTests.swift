import Attacks
import Calibration
import Common
import Files
import TestSupport
import Testing

@Suite struct AttackSettingsTests {
  @Test(
    "a setting that is unknown, out of its range, no number or given twice is refused, and says what is permitted",
    arguments: [
      ["epsilon=0"], ["epsilon=256"], ["epsilon=1e3"], ["epsilon="], ["epsilon"], ["=8"], [""], ["share=nan"],
      ["share=inf"], ["share=2"], ["eps=8"], ["epsilon=8", "epsilon=8"], ["epsilon=99999999999999999999"],
    ])
  func refused(_ settings: [String]) {
    #expect { try AttackKey.square.kind.values(settings) } throws: { ($0 as? SluiceError)?.code == .invalidAttack }
  }

  @Test("every parameter of every attack takes its ends, and nothing beyond them")
  func ranges() throws {
    for kind in AttackKind.all {
      #expect(kind.name == kind.key.rawValue)
      for parameter in kind.parameters {
        let (permitted, refused): ([String], [String]) =
          switch parameter.kind {
          case .integer(let range, _, _):
            (["\(range.lowerBound)", "\(range.upperBound)"], ["\(range.lowerBound - 1)", "\(range.upperBound + 1)"])
          case .number(let range, _):
            (["\(range.lowerBound)", "\(range.upperBound)"], ["\(range.lowerBound - 1)", "\(range.upperBound + 1)"])
          case .choice(let choices, _): (choices, ["other"])
          }
        for text in permitted { _ = kind.make(try kind.values(["\(parameter.name)=\(text)"])) }
        for text in refused {
          #expect(throws: SluiceError.self) { try kind.values(["\(parameter.name)=\(text)"]) }
        }
      }
    }
  }

  @Test("names are different, and the record has every setting")
  func record() throws {
    #expect(Set(AttackKind.all.map(\.name)).count == AttackKind.all.count)
    for kind in AttackKind.all {
      let texts = kind.texts(of: try kind.values([]))
      #expect(texts.map(\.name) == kind.parameters.map(\.name))
    }
  }

  @Test("an attack that needs scores profits from them, and only HopSkipJump begins at other pictures")
  func needs() {
    for kind in AttackKind.all where kind.leastSight == .scores { #expect(kind.profitsFromScores, "\(kind.name)") }
    let byLabels = AttackKind.all.filter { $0.leastSight == .labels && $0.profitsFromScores }
    #expect(byLabels.map(\.key) == [.square, .squareL2])
    #expect(AttackKind.all.filter(\.beginsAtOthers).map(\.key) == [.hopSkipJump])
  }

  @Test("the table of attacks in the documentation has every attack")
  func documentation() throws {
    let text = String(decoding: try readFile(Repository.file("Filters/README.md"), atMost: 1_000_000), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    for kind in AttackKind.all {
      let row = try #require(
        rows.first { $0.prefix(40).contains("`\(kind.name)`") && $0.hasSuffix("| \(kind.leastSight.rawValue) |") })
      #expect(kind.source == "a control" || row.contains(kind.source), "\(kind.name)")
    }
  }

  @Test("an attack that needs scores is refused without them, and so is a budget out of range")
  func plans() throws {
    func plan(_ key: AttackKey, _ sight: Sight, _ budget: Int) throws {
      _ = try AttackPlan(key.kind, try key.kind.values([]), goal: .filter, sight: sight, budget: budget)
    }
    for key in AttackKey.allCases {
      for sight in Sight.allCases {
        if sight >= key.kind.leastSight {
          try plan(key, sight, 1)
        } else {
          #expect(throws: SluiceError.self) { try plan(key, sight, 1) }
        }
      }
    }
    for budget in [0, -1, Int.min, 1_000_001, Int.max] {
      #expect(throws: SluiceError.self) { try plan(.noise, .scores, budget) }
    }
  }

  @Test(
    "forms of saving",
    arguments: [
      ("png", "png"), ("jpeg:90", "jpeg:90"), ("jpeg:1", "jpeg:1"), ("jpeg:0", nil), ("jpeg:101", nil), ("jpeg", nil),
      ("jpeg:", nil), ("jpeg:9:9", nil), ("", nil), ("gif", nil),
    ] as [(String, String?)])
  func forms(_ text: String, _ form: String?) { #expect(SavedForm(text)?.description == form) }
}
