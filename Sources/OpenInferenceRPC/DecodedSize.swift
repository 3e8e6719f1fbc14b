internal import Common
internal import OpenInference

/// What the message of an inference takes once it is decoded, read off its fields without keeping any.
///
/// Nothing is ever counted for less than it takes: fields that are not known, and those of a wrong type, count as well.
struct DecodedSize {
  private(set) var bytes = 0
  private var parts = 0
  private var lists = 0
  private var position = 0
  private let message: [UInt8]

  /// What submessages, texts and elements of bytes cost beside their contents, in lists that grow by doubling.
  static let bytesPerPart = 512
  /// Several times what the most images that a request may have take.
  static let mostParts = 10_000
  /// An input has two, and encoders write each in one piece. Each further piece makes the decoder copy the list so far.
  static let mostLists = 16
  /// Bytes of a key: tables bring keys into one form, which for a run of combining marks takes the square of its length.
  static let longestKey = String.longestName
  /// The largest number.
  private static let bytesPerNumber = 8

  private enum Kind {
    case request, input, output, contents

    /// What a field consists of; `nil` where it has no fields that pile up.
    func submessage(_ field: UInt64) -> Kind? {
      switch (self, field) {
      case (.request, 5): .input
      case (.request, 6): .output
      case (.input, 5): .contents
      default: nil
      }
    }

    /// Whether a field is an entry of a table whose keys are texts.
    func isEntry(_ field: UInt64) -> Bool {
      switch (self, field) {
      case (.request, 4), (.input, 4), (.output, 2): true
      default: false
      }
    }

    /// How many bytes each byte of a list of numbers becomes: small ones travel in one.
    func growth(_ field: UInt64) -> Int? {
      switch (self, field) {
      case (.contents, 1), (.contents, 6), (.contents, 7): 1
      case (.contents, 2), (.contents, 4): 4
      case (.contents, 3), (.contents, 5), (.input, 3): 8
      default: nil
      }
    }
  }

  /// - Throws: `invalid-request` for what is no message, has too many parts, or a key that is too long.
  init(of message: [UInt8]) throws(SluiceError) {
    self.message = message
    try count(.request, upTo: message.count)
  }

  private mutating func count(_ kind: Kind, upTo end: Int) throws(SluiceError) {
    while position < end {
      let tag = try number()
      switch tag & 7 {
      case 0:
        _ = try number()
        bytes += Self.bytesPerNumber
      case 1: try pass(8)
      case 2: try countField(kind, tag >> 3, upTo: end)
      // What is in a group counts as if it stood outside.
      case 3, 4: bytes += Self.bytesPerNumber
      case 5: try pass(4)
      default: throw Self.unreadable
      }
    }
    guard position == end else { throw Self.unreadable }
  }

  private mutating func countField(_ kind: Kind, _ field: UInt64, upTo end: Int) throws(SluiceError) {
    guard let length = Int(exactly: try number()), length <= end - position else { throw Self.unreadable }
    if let growth = kind.growth(field) {
      lists += 1
      guard lists <= Self.mostLists else {
        throw .invalidRequest(
          "the message has its numbers in more than \(Self.mostLists) lists", remedy: "send each list in one piece")
      }
      bytes += growth * length
      position += length
      return
    }
    parts += 1
    bytes += Self.bytesPerPart
    guard parts <= Self.mostParts else {
      throw .invalidRequest("the message has more than \(Self.mostParts) parts", remedy: "send fewer images at a time")
    }
    if let submessage = kind.submessage(field) { return try count(submessage, upTo: position + length) }
    if kind.isEntry(field) { try checkKeys(upTo: position + length) }
    bytes += length
    position += length
  }

  /// Looks for keys in an entry of a table, which may have several, of which the last one counts. Stays where it is.
  private mutating func checkKeys(upTo end: Int) throws(SluiceError) {
    let start = position
    defer { position = start }
    while position < end {
      let tag = try number()
      switch tag & 7 {
      case 0: _ = try number()
      case 1: position += 8
      case 2: try passPart(isKey: tag >> 3 == 1, upTo: end)
      case 3, 4: break
      case 5: position += 4
      default: throw Self.unreadable
      }
    }
    guard position == end else { throw Self.unreadable }
  }

  private mutating func passPart(isKey: Bool, upTo end: Int) throws(SluiceError) {
    guard let length = Int(exactly: try number()), length <= end - position else { throw Self.unreadable }
    guard !isKey || length <= Self.longestKey else {
      throw .invalidRequest(
        "the name of a parameter has \(length) bytes", remedy: "give it \(Self.longestKey) at most")
    }
    position += length
  }

  private mutating func pass(_ length: Int) throws(SluiceError) {
    guard length <= message.count - position else { throw Self.unreadable }
    position += length
    bytes += Self.bytesPerNumber
  }

  private mutating func number() throws(SluiceError) -> UInt64 {
    guard let number = Varint.read(message, at: &position, before: message.count) else { throw Self.unreadable }
    return number
  }

  private static let unreadable = SluiceError.invalidRequest("the call has no readable message")
}
