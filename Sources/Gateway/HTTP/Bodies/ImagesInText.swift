import Common

/// Finds the images that text carries: in base64 and hexadecimal, as data URLs, percent-encoded, in JSON, and in one of these
/// inside another.
///
/// Text that has an image somewhere inside is refused: where the image begins and ends is then each reader's own idea.
struct ImagesInText {
  private(set) var images: [[UInt8]] = []
  /// Numbers in JSON.
  private var numbers = 0
  private var budget: Int

  /// As many samples as an image for a classifier has at least; as many bytes of an unknown kind may be pixels.
  static let fewestSamples = 512
  /// Text with less has no image in it.
  static let shortest = 16
  private static let deepest = 4
  /// Names may hold images as well, and are read here like any other string.
  private static let jsonLimits = JSONValue.Limits(depth: 32, values: 1_000_000, name: .max)

  /// - Parameters:
  ///   - length: of the body; bounds how much is read in all.
  init(bodyOf length: Int) {
    budget = 10 * length + 4096
  }

  /// Reads some text of a body.
  ///
  /// - Throws: `ambiguous-body` for text that hides an image; `cancelled`.
  mutating func read(text: ArraySlice<UInt8>) throws(SluiceError) { try read(text, depth: 0) }

  /// Reads bytes of a body that need not be text.
  mutating func read(bytes: [UInt8]) throws(SluiceError) { _ = try take(bytes, depth: 0) }

  /// Reads all of a JSON text.
  ///
  /// - Parameters:
  ///   - rest: what of it is to be read.
  /// - Throws: `ambiguous-body` also for what is no JSON: other readers take comments, members that occur twice, and more.
  mutating func read(
    json: ArraySlice<UInt8>, _ rest: (JSONValue) -> JSONValue = { $0 }
  ) throws(SluiceError) {
    try read(rest(Self.strictJSON(json)), depth: 0)
  }

  private static func strictJSON(_ text: ArraySlice<UInt8>) throws(SluiceError) -> JSONValue {
    do throws(SluiceError) {
      return try JSONValue(reading: text.span, limits: jsonLimits)
    } catch {
      throw .ambiguousBody(error.message, remedy: "send strict JSON (RFC 8259)", at: error.byteOffset)
    }
  }

  /// Reads a text if it is JSON, and says whether it is.
  mutating func read(ifJSON text: ArraySlice<UInt8>) throws(SluiceError) -> Bool {
    guard let json = Self.json(text) else { return false }
    try read(json, depth: 0)
    return true
  }

  private mutating func spend(_ count: Int, _ depth: Int) throws(SluiceError) {
    try SluiceError.checkCancellation()
    budget -= count
    guard budget >= 0, depth <= Self.deepest else {
      throw .ambiguousBody("it has text that is encoded over and over")
    }
  }

  // MARK: - Text

  private mutating func read(_ text: ArraySlice<UInt8>, depth: Int) throws(SluiceError) {
    let text = text.trimmed
    guard text.count >= Self.shortest else { return }
    try spend(text.count, depth)
    if FileKind(text) == .image { return images.append(Array(text)) }
    if let json = Self.json(text) {
      // Whoever takes all of it for base64 must not see another image than whoever reads the strings.
      guard json.isPlainString(of: text) || !TextEncodings.beginsAsBase64Image(text) else {
        throw .ambiguousBody("it has JSON that is also base64", remedy: "send the image alone, as a file or a string")
      }
      return try read(json, depth: depth + 1)
    }
    if text.isDataURL { return try read(dataURL: text, depth) }
    let (bytes, escapes) = TextEncodings.withoutPercents(text)
    if escapes > 0, try take(bytes, depth: depth + 1, samples: escapes) {
      guard try !TextEncodings.hidesBase64Image(text) else {
        throw .ambiguousBody(
          "it has base64 with percent escapes in it", remedy: "write it with + and /, without escapes")
      }
      return
    }
    if let bytes = TextEncodings.hexadecimal(text), try take(bytes, depth: depth + 1) { return }
    if let base64 = TextEncodings.base64(text), try take(base64, depth: depth + 1) { return }
    guard try !TextEncodings.hidesBase64Image(text), !text.mentionsImageURL else {
      throw .ambiguousBody("it has an image inside a text", remedy: "send the image alone, as a file or a string")
    }
    guard !text.hasRowOfNumbers else { throw Self.tooManyNumbers }
  }

  private static let tooManyNumbers = SluiceError.ambiguousBody(
    "its numbers may be pixels", remedy: "send images encoded, not as numbers")

  private mutating func take(_ base64: TextEncodings.Base64, depth: Int) throws(SluiceError) -> Bool {
    guard try take(base64.bytes, depth: depth) else { return false }
    guard !base64.isForAddresses else {
      throw .ambiguousBody("it has base64 in the alphabet of addresses", remedy: "write it with + and /")
    }
    return true
  }

  /// Whether the bytes were taken for an image. Text is read on and is none, and neither are a few bytes of another kind.
  ///
  /// - Parameters:
  ///   - samples: how many of the bytes an encoding was needed for; `nil` for all of them.
  private mutating func take(_ bytes: [UInt8], depth: Int, samples: Int? = nil) throws(SluiceError) -> Bool {
    switch FileKind(bytes) {
    case .archive: throw .ambiguousBody("it has an archive or a document, which may hold images")
    case .image: break
    case nil:
      if bytes.isText {
        let found = images.count
        try read(bytes[...], depth: depth)
        return images.count > found
      }
      guard samples ?? bytes.count >= Self.fewestSamples else { return false }
    }
    images.append(bytes)
    return true
  }

  /// `data:image/png;base64,…` (RFC 2397).
  private mutating func read(dataURL text: ArraySlice<UInt8>, _ depth: Int) throws(SluiceError) {
    let head = text.prefix { $0 != UInt8(ascii: ",") }
    let isImage = head.mentions("image")
    let (bytes, escapes) = TextEncodings.withoutPercents(text.dropFirst(head.count + 1))
    guard head.mentions("base64") else {
      if isImage { return images.append(bytes) }
      _ = try take(bytes, depth: depth + 1, samples: escapes)
      return
    }
    guard let content = TextEncodings.base64(bytes[...].trimmed), !content.isForAddresses, escapes == 0 else {
      throw .ambiguousBody(
        "a data URL is not strictly base64", remedy: "write it with + and /, without blanks and escapes")
    }
    if isImage { return images.append(content.bytes) }
    _ = try take(content.bytes, depth: depth + 1)
  }

  // MARK: - JSON

  private static func json(_ text: ArraySlice<UInt8>) -> JSONValue? {
    guard text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") || text.first == UInt8(ascii: "\"") else {
      return nil
    }
    return try? strictJSON(text)
  }

  private mutating func read(_ value: JSONValue, depth: Int) throws(SluiceError) {
    switch value {
    case .null, .bool: break
    case .integer, .unsigned, .number, .exact, .exactSingle:
      numbers += 1
      guard numbers < Self.fewestSamples else { throw Self.tooManyNumbers }
    case .string(let text): try read(string: text, depth: depth)
    case .array(let elements): for element in elements { try read(element, depth: depth) }
    case .object(let members):
      for member in members {
        try read(string: member.name, depth: depth)
        try read(member.value, depth: depth)
      }
    }
  }

  private mutating func read(string: String, depth: Int) throws(SluiceError) {
    let text = Array(string.utf8)
    guard text.count >= Self.shortest else { return }
    // Some programs write a byte as the character of that number.
    let head = FileHead(string.unicodeScalars.prefix(FileHead.length).map { UInt8(truncatingIfNeeded: $0.value) })
    guard !head.isImage, text.isText else {
      throw .ambiguousBody("a string has bytes that are not text", remedy: "send images in base64")
    }
    try read(text[...], depth: depth)
  }
}

extension JSONValue {
  /// Whether a text is no more than a string in quotes.
  fileprivate func isPlainString(of text: ArraySlice<UInt8>) -> Bool {
    guard case .string(let string) = self else { return false }
    return string.utf8.count + 2 == text.count
  }
}

extension ArraySlice<UInt8> {
  /// Without blanks at either end.
  fileprivate var trimmed: ArraySlice<UInt8> {
    var rest = self
    while rest.first?.isBlank == true { rest.removeFirst() }
    while rest.last?.isBlank == true { rest.removeLast() }
    return rest
  }
}

extension Collection<UInt8> {
  /// Whether it is UTF-8 without control characters, but for blanks.
  var isText: Bool {
    allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0.isBlank || $0 == 8 } && String(validating: self, as: UTF8.self) != nil
  }

  var isDataURL: Bool {
    prefix(5).map(\.inSmallLetters).elementsEqual("data:".utf8) && contains(UInt8(ascii: ","))
  }

  /// Whether a data URL of an image stands somewhere inside.
  fileprivate var mentionsImageURL: Bool { mentions("data:image") }

  /// Whether a word stands somewhere inside, in letters of either case.
  ///
  /// - Parameters:
  ///   - word: in small letters.
  fileprivate func mentions(_ word: String) -> Bool {
    let small = map(\.inSmallLetters)
    return !BytePattern(Array(word.utf8)).offsets(in: small.span, most: 1).isEmpty
  }
}
