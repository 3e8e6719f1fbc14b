extension Decodable {
  /// Reads a value from JSON text by the one reader of JSON that there is, with its limits.
  ///
  /// Members that the type does not ask for are passed over. Rejected alternative: `JSONDecoder`, which has no limit on how
  /// many values there are, and which takes four times as long for lists of numbers.
  ///
  /// - Throws: `invalid-json`, naming the member where the trouble lies.
  /// - Complexity: O(bytes).
  package init(json bytes: [UInt8], limits: JSONValue.Limits) throws(SluiceError) {
    try self.init(json: JSONValue(reading: bytes.span, limits: limits))
  }

  /// Reads a value from JSON that was read already.
  package init(json value: JSONValue) throws(SluiceError) {
    do {
      self = try JSONValueDecoder(value: value, codingPath: []).decode(Self.self)
    } catch let error as SluiceError {
      throw error
    } catch {
      throw SluiceError(.invalidJSON, JSONValueDecoder.message(error))
    }
  }
}

/// Hands out a JSON value to `Decodable` types.
private struct JSONValueDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch("an object") }
    let values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    return KeyedDecodingContainer(Members(values: values, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements) = value else { throw mismatch("an array") }
    return Elements(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  /// A container of generic calls for each element takes most of the time of a calibration, which is lists of numbers.
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if type == [Double].self, let numbers = try doubles() as? Value { return numbers }
    return try Value(from: self)
  }

  private func doubles() throws -> [Double] {
    guard case .array(let elements) = value else { throw mismatch("an array") }
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count)
    for element in elements {
      guard let number = element.double else { throw mismatch("an array of numbers") }
      numbers.append(number)
    }
    return numbers
  }

  fileprivate func mismatch(_ wanted: String) -> SluiceError {
    SluiceError(.invalidJSON, "\(Self.place(codingPath)) is not \(wanted)")
  }

  fileprivate static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "the whole" : "`" + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") + "`"
  }

  fileprivate static func message(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "\(place(context.codingPath + [key])) is missing"
    case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
      DecodingError.valueNotFound(_, let context):
      "\(place(context.codingPath)) is not permitted: \(context.debugDescription)"
    default: "is not what is expected"
    }
  }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let bool) = value else { throw mismatch("true or false") }
    return bool
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let text) = value else { throw mismatch("a text") }
    return text
  }

  func decode(_ type: Double.Type) throws -> Double {
    guard let number = value.double else { throw mismatch("a number") }
    return number
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
  func decode(_ type: Int.Type) throws -> Int { try whole() }
  func decode(_ type: Int8.Type) throws -> Int8 { try whole() }
  func decode(_ type: Int16.Type) throws -> Int16 { try whole() }
  func decode(_ type: Int32.Type) throws -> Int32 { try whole() }
  func decode(_ type: Int64.Type) throws -> Int64 { try whole() }
  func decode(_ type: UInt.Type) throws -> UInt { try whole() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try whole() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try whole() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try whole() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try whole() }

  private func whole<Number: FixedWidthInteger>() throws -> Number {
    let number: Number? =
      switch value {
      case .integer(let integer): Number(exactly: integer)
      case .exact(let double): Number(exactly: double)
      default: nil
      }
    guard let number else { throw mismatch("a whole number from \(Number.min) to \(Number.max)") }
    return number
  }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let values: [String: JSONValue]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { values.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool { values[key.stringValue] != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try decoder(key).decode(type) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { JSONValueDecoder(value: .null, codingPath: codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

  private func decoder(_ key: Key) throws -> JSONValueDecoder {
    guard let value = values[key.stringValue] else {
      throw SluiceError(.invalidJSON, "\(JSONValueDecoder.place(codingPath + [key])) is missing")
    }
    return JSONValueDecoder(value: value, codingPath: codingPath + [key])
  }
}

/// The elements of an array.
private struct Elements: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(elements: [JSONValue], codingPath: [any CodingKey]) {
    self.elements = elements
    self.codingPath = codingPath
  }

  private struct Index: CodingKey {
    let intValue: Int?
    var stringValue: String { intValue.map(String.init) ?? "" }
    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, elements[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try next() }

  private mutating func next() throws -> JSONValueDecoder {
    let path = codingPath + [Index(intValue: currentIndex)]
    guard !isAtEnd else {
      throw SluiceError(.invalidJSON, "\(JSONValueDecoder.place(path)) is missing")
    }
    defer { currentIndex += 1 }
    return JSONValueDecoder(value: elements[currentIndex], codingPath: path)
  }
}
