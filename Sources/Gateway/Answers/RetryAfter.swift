/// When a client may come back: seconds, or a date of HTTP (RFC 9110, section 10.2.3).
package struct RetryAfter: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  /// For those who have to wait for others' requests, which take about as long as theirs.
  package static let soon = RetryAfter(seconds: 1)

  private static let longest = 40

  package init(seconds: Int) {
    description = String(max(seconds, 0))
  }

  /// What a model server says, where that may be passed on: one of the two forms, and nothing else.
  package init?(_ text: String) {
    let isSeconds = !text.isEmpty && text.utf8.allSatisfy(Self.isDigit)
    guard text.utf8.count <= Self.longest, isSeconds || Self.isDate(text) else { return nil }
    description = text
  }

  /// Milliseconds, as gRPC's `grpc-retry-pushback-ms` has them; `nil` for a number below 0, which means never.
  package init?(milliseconds text: String) {
    guard let milliseconds = Int32(text), milliseconds >= 0 else { return nil }
    self.init(seconds: (Int(milliseconds) + 999) / 1000)
  }

  /// How long that is; `nil` for a date, which needs two clocks that agree.
  var duration: Duration? { Int64(description).map { .seconds($0) } }

  /// Whether it has the letters of `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func isDate(_ text: String) -> Bool {
    text.hasSuffix(" GMT")
      && text.utf8.allSatisfy { byte in
        isDigit(byte) || byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter || " ,:".utf8.contains(byte)
      }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
