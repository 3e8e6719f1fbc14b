import Auditing
import Common
import FilterPipeline
import Foundation
import Gateway
import ImageCodecs
import Logging
import TestSupport
import Testing

/// What the log says of images that are not clean, also of those that somebody sends without end.
struct UncleanLogTests {
  /// A log in a file.
  private final class Written {
    private let folder: TemporaryFolder
    private let path: String
    private let lines: LogLines
    private let descriptor: Int32
    let log: Logger

    init() throws {
      folder = try TemporaryFolder()
      path = try folder.file("log", "")
      descriptor = open(path, O_WRONLY | O_APPEND)
      let lines = LogLines(descriptor)
      self.lines = lines
      log = Logger(label: "test") { _ in JSONLogHandler(level: .info, lines: lines) }
    }

    deinit { close(descriptor) }

    func messages(_ message: String) throws -> [[String: Any]] {
      lines.finish(within: .seconds(60))
      let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
      return text.split(separator: "\n").map { Array($0.utf8).json }.filter { $0["message"] as? String == message }
    }
  }

  private static func verdict(_ outcome: Verdict.Outcome, _ error: SluiceError? = nil) -> Verdict {
    Verdict(
      ofUnseen: "x", id: 1, sha256: nil, outcome: outcome, filter: FilterIdentity(name: "test", digest: "d"),
      error: error)
  }

  private static let identity = RequestIdentity(proposed: "r1")
  private static let junk = verdict(.rejected, SluiceError(.notAnImage, "no"))
  private static let failed = verdict(.failed, SluiceError(.outOfMemory, "no"))

  @Test("beyond a burst, images without a verdict are summed up; each flagged image has a line of its own")
  func sums() async throws {
    let written = try Written()
    let unclean = UncleanLog(written.log, limit: RejectionLimit(rate: 0, burst: 3), pause: .seconds(1000))
    let images = [Self.junk, Self.verdict(.clean), Self.verdict(.adversarial), Self.failed]
    for _ in 0..<10 { unclean.note(images, Self.identity, .filter) }
    let lines = try written.messages("image not clean")
    #expect(lines.count { $0["verdict"] as? String == "adversarial" } == 10)
    #expect(lines.count == 13 && lines.allSatisfy { $0["request"] as? String == "r1" })
    #expect(try written.messages("images not clean").isEmpty)
    unclean.sumUp()
    unclean.sumUp()
    let sums = try written.messages("images not clean")
    #expect(sums.count == 1 && sums.first?["images"] as? String == "17", "\(sums)")
    #expect(sums.first?["errors"] as? [String: String] == ["not-an-image": "8", "out-of-memory": "9"])
  }

  @Test("what is counted is said a while later, also where nothing more comes, again and again")
  func pauses() async throws {
    let written = try Written()
    let unclean = UncleanLog(written.log, limit: RejectionLimit(rate: 0, burst: 0), pause: .milliseconds(1))
    for round in 1...3 {
      for _ in 0..<5 { unclean.note([Self.junk], Self.identity, .check) }
      try await eventually("all of them are said") {
        let sums = try written.messages("images not clean").compactMap { ($0["images"] as? String).flatMap { Int($0) } }
        return sums.reduce(0, +) == 5 * round
      }
    }
    #expect(try written.messages("image not clean").isEmpty)
  }
}
