import Common

/// The names and values of `name=value&name=value`, one after another and still encoded; what is too short for an image is
/// passed over.
struct EncodedFields {
  private var rest: ArraySlice<UInt8>
  /// Whether a value comes next, in which a further equals sign is no separator.
  private var isInValue = false

  init(_ body: [UInt8]) {
    rest = body[...]
  }

  mutating func next() -> ArraySlice<UInt8>? {
    while !rest.isEmpty {
      let text = isInValue ? rest.prefix { $0 != UInt8(ascii: "&") } : rest.prefix { !Self.isSeparator($0) }
      rest = rest.dropFirst(text.count)
      isInValue = !isInValue && rest.first == UInt8(ascii: "=")
      rest = rest.dropFirst()
      if text.count >= ImagesInText.shortest { return text }
    }
    return nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "&") || byte == UInt8(ascii: "=") }

  /// - Throws: `ambiguous-body` where a reader of forms would take an image out of what is something else to others;
  ///   `cancelled`.
  func checkHidden() throws(SluiceError) {
    guard try !hideImage() else {
      throw .ambiguousBody("it is also a form with another image", remedy: "send its content type")
    }
  }

  /// Whether an image begins behind a separator, whichever of them a reader goes by.
  private func hideImage() throws(SluiceError) -> Bool {
    var rest = rest.drop { !Self.isSeparator($0) }.dropFirst()
    while !rest.isEmpty {
      try SluiceError.checkCancellation()
      let text = rest.prefix(Self.longestHead).prefix { $0 != UInt8(ascii: "&") }
      rest = rest.drop { !Self.isSeparator($0) }.dropFirst()
      guard text.count >= ImagesInText.shortest else { continue }
      let head = TextEncodings.withoutPercents(text).bytes
      if FileHead(head.prefix(FileHead.length)).isImage || head.isDataURL { return true }
      if try TextEncodings.hidesBase64Image(head.prefix(Self.longestBase64)) { return true }
    }
    return false
  }

  /// Of an encoded value, what tells whether it is an image.
  private static let longestHead = 96
  private static let longestBase64 = 32
}

extension ImagesInText {
  /// A plus sign is a blank for some readers, and itself for others.
  mutating func read(encodedField text: ArraySlice<UInt8>) throws(SluiceError) {
    try read(bytes: TextEncodings.withoutPercents(text).bytes)
    guard text.contains(UInt8(ascii: "+")) else { return }
    let blanks = text.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }
    try read(bytes: TextEncodings.withoutPercents(blanks[...]).bytes)
  }
}
