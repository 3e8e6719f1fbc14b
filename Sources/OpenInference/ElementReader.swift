import Common
import FoundationEssentials

/// Reads the elements of a tensor that are listed in JSON into their raw form.
struct ElementReader {
  let name: String
  let datatype: InferenceDatatype
  let shape: [Int]
  private let side: Side
  private var contents: [UInt8] = []

  /// What JSON that has more than one reading means: requests carry images, answers what a model says.
  enum Side: Sendable {
    /// BYTES are base64; every number is one.
    case request
    /// BYTES are text; null stands for a number that is not finite, for which JSON has no other word; half precision is numbers.
    case answer
  }

  init(name: String, datatype: InferenceDatatype, shape: [Int], of side: Side) {
    self.side = side
    self.name = name
    self.datatype = datatype
    self.shape = shape
  }

  /// Elements in one list row by row, or nested as the shape is.
  ///
  /// - Throws: `invalid-request` for lengths other than the shape's, and values that the type does not have;
  ///   `invalid-json`.
  /// - Complexity: O(bytes); memory for four times as many at most.
  consuming func contents(_ text: Span<UInt8>) throws(SluiceError) -> [UInt8] {
    let declared = try InferenceTensor.elementCount(shape, of: name)
    reserve(declared, listedIn: text.count)
    // Every value has a byte at least, and none is kept.
    var cursor = JSONCursor(limits: JSONValue.Limits(depth: shape.count + 1, values: text.count))
    try readList(text, &cursor, most: declared)
    try cursor.finish(text)
    return contents
  }

  /// Space for the declared elements, or for as many as the text can have: each takes a digit and a comma.
  private mutating func reserve(_ declared: Int, listedIn length: Int) {
    if let size = datatype.byteCount {
      contents.reserveCapacity(min(declared, length / 2 + 1) * size)
    } else {
      contents.reserveCapacity(length * 3 / 4)
    }
  }

  private mutating func readList(_ text: Span<UInt8>, _ cursor: inout JSONCursor, most: Int) throws(SluiceError) {
    var isNested = false
    var length = 0
    try cursor.array(text) { cursor throws(SluiceError) in
      if length == 0 { isNested = cursor.next(text) == UInt8(ascii: "[") }
      length += 1
      if isNested {
        try readNested(text, &cursor, axis: 1)
      } else {
        guard length <= most else { throw .invalidRequest("`\(name)` has more elements than its shape \(shape)") }
        try readElement(text, &cursor)
      }
    }
    guard !isNested || length == shape.first else { throw unlikeShape }
  }

  private mutating func readNested(_ text: Span<UInt8>, _ cursor: inout JSONCursor, axis: Int) throws(SluiceError) {
    guard axis < shape.count else { return try readElement(text, &cursor) }
    guard cursor.next(text) == UInt8(ascii: "[") else { throw unlikeShape }
    var length = 0
    try cursor.array(text) { cursor throws(SluiceError) in
      length += 1
      guard length <= shape[axis] else { throw unlikeShape }
      try readNested(text, &cursor, axis: axis + 1)
    }
    guard length == shape[axis] else { throw unlikeShape }
  }

  private mutating func readElement(_ text: Span<UInt8>, _ cursor: inout JSONCursor) throws(SluiceError) {
    let first = cursor.next(text)
    guard first != UInt8(ascii: "["), first != UInt8(ascii: "{") else { throw unfit }
    if side == .answer, let number = Self.notFinite.first(where: { cursor.passes($0.word, text) })?.number {
      return try append(.exact(number))
    }
    let start = cursor.position
    let value = try cursor.value(text)
    if datatype == .uint64, let number = Self.unsigned(text, start..<cursor.position) { return append(number) }
    try append(value)
  }

  /// The whole number that a text is, also one that a signed number has no room for; `nil` for any other text.
  private static func unsigned(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    var number: UInt64 = 0
    for place in range {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isMuchTooLarge) = tens.addingReportingOverflow(UInt64(digit))
      guard !isTooLarge, !isMuchTooLarge else { return nil }
      number = sum
    }
    return number
  }

  /// What Python's `json` and others write for numbers that JSON has no words for.
  private static let notFinite: [(word: StaticString, number: Double)] = [
    ("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
  ]

  private mutating func append(_ value: JSONValue) throws(SluiceError) {
    switch datatype {
    case .bool:
      guard case .bool(let bit) = value else { throw unfit }
      contents.append(bit ? 1 : 0)
    case .uint8: try append(value, UInt8.self)
    case .uint16: try append(value, UInt16.self)
    case .uint32: try append(value, UInt32.self)
    case .uint64: try append(value, UInt64.self)
    case .int8: try append(value, Int8.self)
    case .int16: try append(value, Int16.self)
    case .int32: try append(value, Int32.self)
    case .int64: try append(value, Int64.self)
    case .fp32: append(Float(try number(value)).bitPattern)
    case .fp64: append(try number(value).bitPattern)
    case .bytes: try appendBytes(value)
    case .fp16 where side == .answer: append(Float16(try number(value)).bitPattern)
    case .bf16 where side == .answer: append(Self.rounded(Float(try number(value))))
    case .fp16, .bf16:
      throw .invalidRequest(
        "the tensor `\(name)` of type \(datatype.rawValue) has no form in JSON", remedy: "send it as binary data")
    }
  }

  /// The bfloat16 that is nearest, of two the even one.
  private static func rounded(_ number: Float) -> UInt16 {
    let bits = number.bitPattern
    guard number.isFinite else { return UInt16(bits >> 16) }
    return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  private mutating func append<Element: FixedWidthInteger>(
    _ value: JSONValue, _ type: Element.Type
  ) throws(SluiceError) {
    guard case .integer(let whole) = value, let element = Element(exactly: whole) else { throw unfit }
    append(element)
  }

  private mutating func append(_ element: some FixedWidthInteger) { contents.append(littleEndian: element) }

  private func number(_ value: JSONValue) throws(SluiceError) -> Double {
    switch value {
    case .integer(let whole): Double(whole)
    case .exact(let number): number
    case .null where side == .answer: .nan
    default: throw unfit
    }
  }

  private mutating func appendBytes(_ value: JSONValue) throws(SluiceError) {
    guard case .string(let text) = value else { throw unfit }
    switch side {
    case .request: try appendBase64(text)
    case .answer: try append(bytes: text.utf8)
    }
  }

  private mutating func appendBase64(_ text: String) throws(SluiceError) {
    guard let data = Data(base64Encoded: text) else {
      throw .invalidRequest("an element of `\(name)` is not base64", remedy: "BYTES in JSON are base64, with padding")
    }
    try append(bytes: data)
  }

  private mutating func append(bytes: some Collection<UInt8>) throws(SluiceError) {
    guard let length = UInt32(exactly: bytes.count) else { throw unfit }
    append(length)
    contents.append(contentsOf: bytes)
  }

  private var unfit: SluiceError {
    .invalidRequest("the data of `\(name)` has a value that is not a \(datatype.rawValue)")
  }

  private var unlikeShape: SluiceError {
    .invalidRequest("the nested data of `\(name)` does not have the shape \(shape)")
  }
}
