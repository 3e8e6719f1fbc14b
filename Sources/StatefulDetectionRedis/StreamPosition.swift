/// Where an entry stands in a stream: what Redis calls its identifier.
package struct StreamPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970, by the clock of the server.
  package var milliseconds: UInt64
  /// Tells entries of the same millisecond apart.
  package var sequence: UInt64

  package init(milliseconds: UInt64, sequence: UInt64 = 0) {
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// - Returns: `nil` for anything but two numbers of decimal digits with a hyphen between them.
  package init?(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2, let milliseconds = Self.number(parts[0]), let sequence = Self.number(parts[1]) else {
      return nil
    }
    self.init(milliseconds: milliseconds, sequence: sequence)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard (1...20).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  package var description: String { "\(milliseconds)-\(sequence)" }

  package static func < (first: StreamPosition, second: StreamPosition) -> Bool {
    (first.milliseconds, first.sequence) < (second.milliseconds, second.sequence)
  }
}
