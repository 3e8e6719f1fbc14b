import Foundation
import TestSupport
import Testing

/// Every block of Swift in the documentation of the library is code that was compiled.
struct DocumentationTests {
  private static let pages = ["Sluice.docc/Sluice.md", "Sluice.docc/Embedding.md", "Sluice.docc/Verdicts.md"]

  /// Files with code that the build compiles.
  private static let compiled = [
    "Tests/SluiceTests/Snippets.swift", "Samples/embedding/Sources/EmbeddingSample/Photographs.swift",
    "Samples/embedding/Sources/EmbeddingSample/Main.swift",
  ]

  @Test(arguments: pages + ["Filter.swift"])
  func everyBlockIsCompiledCode(_ page: String) throws {
    let sources = try Self.compiled.map { Self.lines(try Self.text($0)) }
    let blocks = Self.blocks(in: try Self.text("Sources/Sluice/\(page)"))
    #expect(!blocks.isEmpty)
    for block in blocks {
      #expect(
        sources.contains { Self.contains($0, block) }, "not in a compiled file:\n\(block.joined(separator: "\n"))")
    }
  }

  @Test func theTestSeesCodeThatIsNotCompiled() {
    let blocks = Self.blocks(
      in: "text\n```swift\nlet a = 1\n\n  let b = 2\n```\n/// ```swift\n/// let c = 3\n/// ```\n```\nno\n```")
    #expect(blocks == [["let a = 1", "let b = 2"], ["let c = 3"]])
    #expect(Self.contains(["let z = 0", "let a = 1", "let b = 2"], blocks[0]))
    #expect(!Self.contains(["let a = 1", "let z = 0", "let b = 2"], blocks[0]))
  }

  @Test func everyPageIsTested() throws {
    let folder = Repository.file("Sources/Sluice/Sluice.docc")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(Set(files.map { "Sluice.docc/\($0)" }) == Set(Self.pages))
  }

  @Test("every code that the modules of a filter make has a constant, unless it reaches no program")
  func codesHaveConstants() throws {
    let made = try Self.codes(Self.modules.map { "Sources/\($0)" }, #/SluiceError\.Code\("([a-z-]+)"\)/#)
    let constants = try Self.codes(["Sources/Sluice"], #/Self\(rawValue: "([a-z-]+)"\)/#)
    #expect(made.count > 30)
    #expect(Self.kept.subtracting(made).isEmpty)
    #expect(made.subtracting(Self.kept).subtracting(constants).isEmpty)
    // The queue of the library makes one of its own.
    #expect(constants.subtracting(made) == ["overloaded"])
    #expect(constants.isDisjoint(with: Self.kept))
  }

  @Test("every code that opening a filter is documented to throw has a constant")
  func documentedCodesHaveConstants() throws {
    let documentation = Self.lines(try Self.text("Sources/Sluice/Filter.swift")).filter { $0.hasPrefix("///") }
    let documented = documentation.joined(separator: " ").matches(of: #/`([a-z]+(?:-[a-z]+)+)`/#).map { String($0.1) }
    #expect(documented.count >= 16)
    let constants = try Self.codes(["Sources/Sluice"], #/Self\(rawValue: "([a-z-]+)"\)/#)
    #expect(Set(documented).subtracting(constants).isEmpty)
  }

  /// What a filter works with, from the ground up.
  private static let modules = [
    "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors",
    "Decision", "FilterPipeline", "Sluice",
  ]

  /// Codes of what an embedded filter does not do: it neither splits streams nor writes outputs nor reads records, and what is
  /// wrong with a part of a filter file becomes `invalid-filter`.
  private static let kept: Set<String> = [
    "empty-input", "corrupt-tar", "unsupported-tar-member", "truncated-tar", "unwritable-output", "closed-pipe",
    "same-file", "invalid-record", "invalid-json", "invalid-preprocessing", "invalid-reference",
  ]

  /// What a pattern finds in the sources of some folders.
  private static func codes(_ folders: [String], _ pattern: Regex<(Substring, Substring)>) throws -> Set<String> {
    var codes: Set<String> = []
    for folder in folders {
      for file in try FileManager.default.subpathsOfDirectory(atPath: Repository.file(folder)).sorted()
      where file.hasSuffix(".swift") {
        codes.formUnion(try text("\(folder)/\(file)").matches(of: pattern).map { String($0.1) })
      }
    }
    return codes
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Repository.bytes(Repository.file(path)), as: UTF8.self)
  }

  /// The lines that are not empty, without their margins.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// The blocks between fences that say `swift`, also those of documentation comments.
  private static func blocks(in text: String) -> [[String]] {
    var blocks: [[String]] = []
    var block: [String]?
    var isForeign = false
    for line in lines(text) {
      let line = line.hasPrefix("///") ? line.dropFirst(3).trimmingCharacters(in: .whitespaces) : line
      if line.hasPrefix("```") {
        if let finished = block { blocks.append(finished) }
        let begins = block == nil && !isForeign
        block = begins && line == "```swift" ? [] : nil
        isForeign = begins && line != "```swift"
      } else if !line.isEmpty {
        block?.append(line)
      }
    }
    return blocks
  }

  /// Whether the lines appear one after another.
  private static func contains(_ source: [String], _ block: [String]) -> Bool {
    guard block.count <= source.count else { return false }
    return (0...source.count - block.count).contains { Array(source[$0..<$0 + block.count]) == block }
  }
}
