import Common

/// What the head of a form's part says.
struct PartHead {
  let name: String
  let fileName: String?
  let type: MediaType?

  /// - Throws: `ambiguous-body` for a head that is not strictly formed: `Name: value` lines, each known and once.
  init(_ head: ArraySlice<UInt8>, contentLength: Int) throws(SluiceError) {
    let fields = try PartHead.fields(head)
    for field in fields where !Self.known.contains(field.name) {
      throw .ambiguousBody(
        "a part has a head field `\(field.name)`", remedy: "send \(Self.known.joined(separator: ", ")) at most")
    }
    func value(_ name: String) -> ArraySlice<UInt8>? { fields.first { $0.name == name }?.value }

    guard let disposition = value("content-disposition") else {
      throw .ambiguousBody("a part has no Content-Disposition")
    }
    (name, fileName) = try Self.names(FieldValue(disposition, of: "Content-Disposition"))
    var type: MediaType?
    if let text = value("content-type") { type = try MediaType(text, of: "Content-Type of a part") }
    guard type?.isComposite != true else { throw .ambiguousBody("a part has parts of its own") }
    self.type = type
    try Self.check(encoding: value("content-transfer-encoding"))
    try Self.check(length: value("content-length"), actual: contentLength)
  }

  private static let known = [
    "content-disposition", "content-type", "content-transfer-encoding", "content-length",
  ]

  private static func names(_ disposition: FieldValue) throws(SluiceError) -> (name: String, fileName: String?) {
    guard disposition.value == "form-data" else { throw .ambiguousBody("a part is not `form-data`") }
    for parameter in disposition.parameters where !["name", "filename"].contains(parameter.name) {
      throw .ambiguousBody("a part has the parameter `\(parameter.name)`", remedy: "send `name` and `filename` at most")
    }
    guard let name = disposition["name"] else { throw .ambiguousBody("a part has no name") }
    // It says in which character set the other fields are to be read.
    guard !name.isSpelt("_charset_") else {
      throw .ambiguousBody("a field chooses the character set", remedy: "send UTF-8")
    }
    return (name, disposition["filename"])
  }

  /// Some readers decode base64 and quoted-printable, others don't.
  private static func check(encoding: ArraySlice<UInt8>?) throws(SluiceError) {
    guard let encoding else { return }
    let name = encoding.map(\.inSmallLetters)
    guard ["binary", "8bit", "7bit"].contains(where: { name.elementsEqual($0.utf8) }) else {
      throw .ambiguousBody("a part has a transfer encoding", remedy: "send its bytes as they are")
    }
  }

  private static func check(length: ArraySlice<UInt8>?, actual: Int) throws(SluiceError) {
    guard let length else { return }
    guard length.elementsEqual(String(actual).utf8) else {
      throw .ambiguousBody("a part is not as long as it says")
    }
  }

  private static func fields(
    _ head: ArraySlice<UInt8>
  ) throws(SluiceError) -> [(name: String, value: ArraySlice<UInt8>)] {
    var fields: [(name: String, value: ArraySlice<UInt8>)] = []
    var rest = head
    while !rest.isEmpty {
      let line = rest.prefix { $0 != 0x0D }
      rest = rest.dropFirst(line.count)
      guard rest.isEmpty || rest.starts(with: [0x0D, 0x0A]) else {
        throw .ambiguousBody("a part's head has a lone carriage return", at: rest.startIndex)
      }
      rest = rest.dropFirst(2)
      let field = try field(line)
      guard !fields.contains(where: { $0.name == field.name }) else {
        throw .ambiguousBody("a part has two head fields `\(field.name)`")
      }
      fields.append(field)
    }
    return fields
  }

  /// A line of a head, without its end. Line ends elsewhere are control characters.
  private static func field(
    _ line: ArraySlice<UInt8>
  ) throws(SluiceError) -> (name: String, value: ArraySlice<UInt8>) {
    let name = line.prefix { $0.isTokenCharacter }
    var value = line.dropFirst(name.count)
    guard !name.isEmpty, value.first == UInt8(ascii: ":"), line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw .ambiguousBody(
        "a part's head is not a list of `Name: value` lines",
        remedy: "end each line with CR and LF, and have no other control characters", at: line.startIndex)
    }
    value.removeFirst()
    if value.first == 0x20 { value.removeFirst() }
    guard value.first.map({ !$0.isBlank }) ?? false, value.last.map({ !$0.isBlank }) ?? false else {
      throw .ambiguousBody("a part's head has blanks around a value", at: line.startIndex)
    }
    return (String(decoding: name, as: UTF8.self).lowercased(), value)
  }
}
