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

  @Test("every code that opening a filter is documented to throw has a constant")
  func codesHaveConstants() throws {
    let documentation = Self.lines(try Self.text("Sources/Sluice/Filter.swift")).filter { $0.hasPrefix("///") }
    let constants = try Self.text("Sources/Sluice/FilterError.swift")
    let codes = documentation.joined(separator: " ").matches(of: #/`([a-z]+(?:-[a-z]+)+)`/#).map { String($0.1) }
    #expect(codes.count >= 9)
    for code in codes { #expect(constants.contains("Self(rawValue: \"\(code)\")"), "\(code)") }
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
