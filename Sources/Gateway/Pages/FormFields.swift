import Common

/// Names and values as forms send them (application/x-www-form-urlencoded), in a body or after a question mark.
struct FormFields: Sendable {
  private let fields: [(name: String, value: String)]

  private static let most = 100

  /// Fields beyond the first hundred are left out; bytes that are no UTF-8 become replacement characters.
  init(_ text: some StringProtocol) {
    let pairs = Array(text.utf8).split(separator: UInt8(ascii: "&"), maxSplits: Self.most)
    fields = pairs.prefix(Self.most).map { pair in
      let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      return (Self.decoded(parts[0]), parts.count == 2 ? Self.decoded(parts[1]) : "")
    }
  }

  /// The first value of a name; `nil` for none, and for an empty one.
  subscript(name: String) -> String? { all(name).first { !$0.isEmpty } }

  func all(_ name: String) -> [String] { fields.filter { $0.name.isSpelt(name) }.map(\.value) }

  private static func decoded(_ text: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = Hexadecimal.bytes(rest.prefix(2))?.first {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A text as it stands in a field.
  static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
      guard !isPlain else { return String(Unicode.Scalar(byte)) }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
