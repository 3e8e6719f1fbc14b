import Common

/// The value of a header field that has parameters: `form-data; name="image"; filename="a.png"`.
///
/// Only what all readers take alike is read: no comments, no folding, no blanks but one after a semicolon, no escapes in
/// quoted values, no parameter twice, none in the extended form (`filename*`).
struct FieldValue {
  struct Parameter {
    let name: String
    let value: String
  }

  let value: String
  let parameters: [Parameter]

  /// - Throws: `ambiguous-body`.
  init(_ text: some Sequence<UInt8>, of field: String) throws(SluiceError) {
    var reader = Reader(bytes: Array(text), field: field)
    value = try reader.value()
    var parameters: [Parameter] = []
    while let parameter = try reader.parameter() {
      guard !parameters.contains(where: { $0.name == parameter.name }) else {
        throw reader.error("has two parameters `\(parameter.name)`")
      }
      parameters.append(parameter)
    }
    self.parameters = parameters
  }

  subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

  private struct Reader {
    let bytes: [UInt8]
    let field: String
    private var position = 0

    init(bytes: [UInt8], field: String) {
      self.bytes = bytes
      self.field = field
    }

    func error(_ what: String) -> SluiceError {
      .ambiguousBody(
        "`\(field)` \(what)", remedy: "write it as `value; name=\"value\"`, without escapes or further blanks")
    }

    mutating func value() throws(SluiceError) -> String {
      var text = try token()
      if take(UInt8(ascii: "/")) { text += "/" + (try token()) }
      return text
    }

    mutating func parameter() throws(SluiceError) -> Parameter? {
      if position == bytes.count { return nil }
      guard take(UInt8(ascii: ";")) else { throw error("has something other than a semicolon after a value") }
      _ = take(UInt8(ascii: " "))
      let name = try token()
      guard !name.contains("*") else { throw error("has the extended parameter `\(name)`") }
      guard take(UInt8(ascii: "=")) else { throw error("has a parameter without a value") }
      return Parameter(name: name, value: try take(UInt8(ascii: "\"")) ? quoted() : token())
    }

    private mutating func token() throws(SluiceError) -> String {
      let start = position
      while position < bytes.count, bytes[position].isTokenCharacter { position += 1 }
      guard position > start else { throw error("has no plain word where one is required") }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quoted() throws(SluiceError) -> String {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        guard bytes[position] != UInt8(ascii: "\\") else { throw error("has a backslash in quotes") }
        guard bytes[position] >= 0x20, bytes[position] != 0x7F else { throw error("has a control character") }
        position += 1
      }
      guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
        throw error("has a name that is not UTF-8")
      }
      guard take(UInt8(ascii: "\"")) else { throw error("has quotes that do not end") }
      return text
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard position < bytes.count, bytes[position] == byte else { return false }
      position += 1
      return true
    }
  }
}

extension UInt8 {
  var isLetterOrDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20) }

  /// Whether it may stand in a word outside quotes (RFC 9110, 5.6.2).
  var isTokenCharacter: Bool { isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(self) }

  var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

extension String {
  /// Whether all characters are among the given ASCII ones, or letters or digits.
  func isMadeOfLettersDigits(and others: StaticString) -> Bool {
    utf8.allSatisfy { $0.isLetterOrDigit || others.description.utf8.contains($0) }
  }
}
