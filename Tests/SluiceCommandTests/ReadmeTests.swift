import Foundation
import TestSupport
import Testing

/// The front page keeps what it promises: its commands run as they stand there.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ReadmeTests {
  private static let page = (try? Repository.bytes(Repository.file("README.md"))).map {
    String(decoding: $0, as: UTF8.self)
  }

  static let sections = ShellBlocks.sections(of: page ?? "")

  /// What blocks need that is not in the checkout: a word that gives it away, and whether this machine has it.
  private static let needs: [(word: String, isThere: Bool, what: String)] = [
    ("ffmpeg", Requirements.hasFFmpeg, "ffmpeg"), ("curl", Requirements.hasCurl, "curl"),
    ("numpy", Requirements.hasNumPy, "NumPy"),
    ("imagenet", Requirements.hasImageNetModel, "Samples/install.sh --imagenet"),
  ]

  /// What the page promises of an answer, by the section that asks.
  private static let answers = ["A gateway": "\"label\":\"stop\""]

  /// Scripts that install and build take minutes and want the network. Other tests cover what they call.
  private static let installers = ["Samples/install.sh", "Samples/demo.sh", "Tests/run.sh"]

  @Test func thePageIsShortAndHasCommands() throws {
    let page = try #require(Self.page)
    #expect((100...150).contains(page.split(separator: "\n", omittingEmptySubsequences: false).count - 1))
    #expect(Self.sections.count >= 6)
    #expect(Self.sections.flatMap(\.blocks).allSatisfy { ["sh", "python"].contains($0.language) })
  }

  @Test(arguments: sections)
  func everyCommandOfThePageRuns(section: ShellBlocks.Section) throws {
    let folder = try scratchFolder()
    for block in section.blocks {
      let installer = Self.installers.first { block.text.hasPrefix($0) }
      if let installer {
        #expect(FileManager.default.isExecutableFile(atPath: Repository.file(installer)))
        continue
      }
      let script = Self.runnable(block, under: section.heading)
      let environment = Self.environment(folder, needsPort: script.contains(Self.documentedAddress))
      let result = try SluiceCommand.shell(Self.prepared(script, in: folder), environment: environment)
      #expect(result.status == 0, "\(block.text)\n\(result.outputText.suffix(600))\n\(result.errors.suffix(600))")
      guard let answer = Self.answers[section.heading], Requirements.hasCurl else { continue }
      #expect(result.outputText.contains(answer), "\(result.outputText.suffix(600))")
    }
  }

  // What a machine lacks is left out of the page's commands above; here it shows as skipped.

  @Test("the page's commands with ffmpeg ran", .enabled(if: Requirements.hasFFmpeg, "needs ffmpeg"))
  func commandsWithFFmpeg() throws { try ran("ffmpeg") }

  @Test("the page's commands with curl ran", .enabled(if: Requirements.hasCurl, "needs curl"))
  func commandsWithCurl() throws { try ran("curl") }

  @Test("the page's commands with NumPy ran", .enabled(if: Requirements.hasNumPy, "needs NumPy"))
  func commandsWithNumPy() throws { try ran("numpy") }

  @Test(
    "the page's commands with classifiers of photographs ran",
    .enabled(if: Requirements.hasImageNetModel, "needs Samples/install.sh --imagenet"))
  func commandsWithPhotographs() throws { try ran("imagenet") }

  /// That the page has such lines, and that none of them is left out.
  private func ran(_ word: String) throws {
    let need = try #require(Self.needs.first { $0.word == word })
    #expect(need.isThere && Self.sections.contains { $0.blocks.contains { $0.text.contains(word) } })
  }

  /// A block as a script, without the lines that need what this machine does not have; each of these is a command of its own.
  private static func runnable(_ block: ShellBlocks.Block, under heading: String) -> String {
    let missing = needs.filter { !$0.isThere }
    let isPython = block.language == "python"
    let lines = isPython ? ["python3 - <<'END'\n\(block.text)\nEND"] : block.lines
    return lines.filter { line in
      guard let need = missing.first(where: { line.contains($0.word) }) else { return true }
      print("README, \(heading): not run, needs \(need.what): \(line)")
      return false
    }.joined(separator: "\n")
  }

  /// Status 1 says that something was flagged, which is what the page shows; every other status ends a block.
  private static func prepared(_ script: String, in folder: TemporaryFolder) -> String {
    """
    set -o pipefail
    cd '\(folder.path)'
    trap 'trap - ERR; kill $(jobs -p) 2>/dev/null' EXIT
    trap 'status=$?; [ $status -le 1 ] || exit $status' ERR
    \(script.replacing(documentedAddress, with: "$SLUICE_HTTP"))
    wait
    exit 0
    """
  }

  /// Where the page finds a gateway; others may listen there while tests run.
  private static let documentedAddress = "127.0.0.1:8080"

  private static func environment(_ folder: TemporaryFolder, needsPort: Bool) -> [String: String] {
    [
      "PATH": "\(folder.path)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
      "XDG_STATE_HOME": "\(folder.path)/state", "SLUICE_HTTP": "127.0.0.1:\(needsPort ? LoopbackSocket.freePort() : 0)",
      "SLUICE_GRPC": "127.0.0.1:0", "SLUICE_OPERATIONS": "127.0.0.1:0",
    ]
  }

  /// A folder that has what the page speaks of: the checkout's filters and samples, models, a photograph, a film.
  private func scratchFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try files.createDirectory(atPath: "\(folder.path)/bin", withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: "\(folder.path)/bin/sluice", withDestinationPath: SluiceCommand.path)
    for name in ["Filters", "Samples"] {
      try files.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: Repository.file(name))
    }
    if let shared = Repository.sharedData {
      let models = "\(shared)/eval/imagenet"
      try files.createSymbolicLink(atPath: "\(folder.path)/models", withDestinationPath: models)
      let photographs = "\(models)/clean-jpeg/test"
      let photograph = try #require(try files.contentsOfDirectory(atPath: photographs).min())
      try files.copyItem(atPath: "\(photographs)/\(photograph)", toPath: "\(folder.path)/photo.jpg")
    }
    if Requirements.hasFFmpeg {
      let film = "ffmpeg -v error -f lavfi -i testsrc=size=96x64:rate=5:duration=1 '\(folder.path)/film.mp4'"
      #expect(try SluiceCommand.shell(film).status == 0)
    }
    return folder
  }
}
