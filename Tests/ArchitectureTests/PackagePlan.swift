import Foundation
import TestSupport
import Testing

/// What Package.swift declares, and what the sources import.
struct PackagePlan {
  struct Target: Sendable, CustomTestStringConvertible {
    let name: String
    let folder: String
    /// Targets of this package.
    let modules: Set<String>
    /// Products of others.
    let products: Set<String>

    var testDescription: String { name }

    /// Every module that a source of the target imports.
    func imports() throws -> Set<String> {
      let statement =
        /^\s*(?:@\w+ )?(?:package |internal |public )?import (?:struct |enum |class |func |protocol )?(\w+)/
      var names: Set<String> = []
      for file in try Self.sources(Repository.file(folder)) {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        // A script of another language within a text may import as well, always from further in.
        for line in lines where !line.hasPrefix(" ") || line.hasPrefix("  import ") {
          if let match = line.prefixMatch(of: statement) { names.insert(String(match.1)) }
        }
      }
      return names.subtracting([name])
    }

    /// The sources of the target that contain a text.
    func files(with text: String) throws -> [String] {
      try Self.sources(Repository.file(folder)).filter { file in
        try String(contentsOfFile: file, encoding: .utf8).contains(text)
      }
    }

    static func sources(_ folder: String) throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
        .map { "\(folder)/\($0)" }
    }
  }

  let targets: [Target]
  /// Products of others that are needed without the trait of the command as well.
  let productsWithoutTrait: Set<String>

  init() throws {
    let text = try String(contentsOfFile: Repository.file("Package.swift"), encoding: .utf8)
    // The benchmarks' targets are made by a loop, and only on request.
    let plan = text.components(separatedBy: "// The benchmarks")[0]
    targets = try Self.blocks(plan).map(Self.target)
    productsWithoutTrait = Set(plan.matches(of: /\.product\(name: "(\w+)", package: "[^"]+"\)/).map { String($0.1) })
  }

  /// The text of each target's declaration, without the closing parenthesis.
  private static func blocks(_ plan: String) -> [Substring] {
    plan.matches(of: /\.(?:target|executableTarget|testTarget)\(/).map { match in
      var depth = 1
      let rest = plan[match.range.upperBound...]
      let end = rest.firstIndex { character in
        depth += character == "(" ? 1 : character == ")" ? -1 : 0
        return depth == 0
      }
      return rest[..<(end ?? rest.endIndex)]
    }
  }

  private struct Unreadable: Error { let block: Substring }

  private static func target(_ block: Substring) throws -> Target {
    guard let name = block.firstMatch(of: /name: "(\w+)"/)?.1 else { throw Unreadable(block: block) }
    let listed = block.firstMatch(of: /dependencies: \[([^\]]*)\]/)?.1 ?? ""
    let products = listed.matches(of: /\.product\(name: "(\w+)"/).map { String($0.1) }
    let modules = listed.replacing(/\.product\([^)]*\)/, with: "").matches(of: /"(\w+)"/).map { String($0.1) }
    let path = block.firstMatch(of: /path: "([\w\/]+)"/).map { String($0.1) }
    return Target(
      name: String(name), folder: path ?? "\(name.hasSuffix("Tests") ? "Tests" : "Sources")/\(name)",
      modules: Set(modules), products: Set(products))
  }
}
