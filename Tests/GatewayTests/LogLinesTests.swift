import Foundation
import Gateway
import Logging
import TestSupport
import Testing

/// The log, and a reader that takes nothing.
struct LogLinesTests {
  /// A pipe whose ends are closed with it.
  private final class Pipe: Sendable {
    let reading: Int32
    let writing: Int32

    init() {
      var ends: [Int32] = [0, 0]
      _ = pipe(&ends)
      (reading, writing) = (ends[0], ends[1])
    }

    deinit {
      close(reading)
      close(writing)
    }

    /// What comes until it is enough.
    func text(until isEnough: (String) -> Bool) -> String {
      var text = ""
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while !isEnough(text) {
        let count = read(reading, &buffer, buffer.count)
        guard count > 0 else { break }
        text += String(decoding: buffer.prefix(count), as: UTF8.self)
      }
      return text
    }
  }

  private static func line(_ number: Int) -> String {
    "\(number) " + String(repeating: "x", count: 100) + "\n"
  }

  @Test("lines come whole and in order")
  func order() {
    let pipe = Pipe()
    let lines = LogLines(pipe.writing)
    for number in 0..<100 { lines.append(Array(Self.line(number).utf8)) }
    lines.finish(within: .seconds(60))
    let expected = (0..<100).map(Self.line).joined()
    #expect(pipe.text { $0.utf8.count >= expected.utf8.count } == expected && lines.lost == 0)
  }

  @Test("a reader that takes nothing holds nobody up: what is too much is left out and counted, and comes again later")
  func stalledReader() {
    let pipe = Pipe()
    // A pipe holds 64 kB.
    let lines = LogLines(pipe.writing, maximumBytes: 50_000)
    for number in 0..<5000 { lines.append(Array(Self.line(number).utf8)) }
    #expect(lines.lost > 0 && lines.lost < 5000)
    lines.finish(within: .milliseconds(50))
    let kept = 5000 - lines.lost
    let text = pipe.text { text in text.utf8.count { $0 == UInt8(ascii: "\n") } >= kept }
    let numbers = text.split(separator: "\n").compactMap { Int($0.prefix { $0 != " " }) }
    #expect(numbers.count == kept && numbers == numbers.sorted() && numbers.first == 0)
    let end = " " + String(repeating: "x", count: 100)
    #expect(text.split(separator: "\n").allSatisfy { $0.hasSuffix(end) }, "whole lines")
    lines.finish(within: .seconds(60))
    lines.append(Array(Self.line(7).utf8))
    #expect(pipe.text { $0.hasSuffix("\n") } == Self.line(7), "there is room again")
    lines.finish(within: .seconds(60))
  }

  @Test("a line that is longer than all that may wait is left out")
  func longLine() {
    let pipe = Pipe()
    let lines = LogLines(pipe.writing, maximumBytes: 50)
    lines.append(Array(Self.line(1).utf8))
    #expect(lines.lost == 1)
  }

  @Test(
    "a line that a full disk tears does not swallow the next one that it takes",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a small disk"))
  func fullDisk() throws {
    let disk = try SmallDisk()
    let descriptor = open("\(disk.path)/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(descriptor) }
    let lines = LogLines(descriptor)
    func write(_ numbers: Range<Int>) {
      for number in numbers { lines.append(Array(Self.line(number).utf8)) }
      lines.finish(within: .seconds(60))
    }
    write(0..<1)
    for round in 1...2 {
      try disk.fill()
      // The file has room up to the end of its page.
      write(100 * round..<100 * round + 99)
      #expect(lines.lost > 0)
      try FileManager.default.removeItem(atPath: "\(disk.path)/ballast")
      let lost = lines.lost
      write(1000 * round..<1000 * round + 2)
      #expect(lines.lost == lost)
    }
    let text = String(decoding: try Repository.bytes("\(disk.path)/log"), as: UTF8.self)
    let whole = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\($0)\n" }
    for number in [0, 1000, 1001, 2000, 2001] { #expect(whole.contains(Self.line(number)), "\(number)") }
    #expect(whole.count - 1 == 1 + 198 + 4 - lines.lost + 2, "each that was torn has a line of its own")
  }

  @Test("messages go out as lines of JSON")
  func messages() {
    let pipe = Pipe()
    let lines = LogLines(pipe.writing)
    let log = Logger(label: "test") { _ in JSONLogHandler(level: .info, lines: lines) }
    log.info("hello", metadata: ["kind": "greeting"])
    log.debug("not this")
    lines.finish(within: .seconds(60))
    let text = pipe.text { $0.hasSuffix("\n") }
    #expect(text.contains(#""level":"info","message":"hello","kind":"greeting"}"#) && !text.contains("not this"))
  }
}
