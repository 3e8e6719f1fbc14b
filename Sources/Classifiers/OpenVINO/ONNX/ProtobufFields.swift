import Common

/// Walks the fields of one message of a protocol buffer that lies in memory, and passes over what they hold.
///
/// It ends at the end of the message, and earlier where the bytes stop being one: `isWhole` then says so.
struct ProtobufFields: Sequence, IteratorProtocol {
  struct Field {
    let number: Int
    /// With its tag and length.
    let whole: Range<Int>
    /// What a length-delimited field holds; `nil` for one of another type.
    let contents: Range<Int>?
    /// What a varint holds; `nil` for a field of another type.
    let value: UInt64?

    /// The whole numbers of a list, of which a field holds one or several.
    ///
    /// - Parameters:
    ///   - bytes: in which the field lies.
    func integers(in bytes: [UInt8]) -> [Int] {
      if let value { return [Int(truncatingIfNeeded: value)] }
      guard let contents else { return [] }
      var (integers, position): ([Int], Int) = ([], contents.lowerBound)
      while let value = Varint.read(bytes, at: &position, before: contents.upperBound) {
        integers.append(Int(truncatingIfNeeded: value))
      }
      return integers
    }
  }

  let bytes: [UInt8]
  private let end: Int
  private var position: Int
  /// Whether the bytes were a message up to here.
  private(set) var isWhole = true

  /// - Precondition: the range lies in the bytes.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// - Complexity: O(1).
  mutating func next() -> Field? {
    guard isWhole, position < end else { return nil }
    let field = read()
    isWhole = field != nil
    return field
  }

  private mutating func read() -> Field? {
    let start = position
    guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
    var (contents, value): (Range<Int>?, UInt64?) = (nil, nil)
    switch tag & 7 {
    case 0:
      guard let number = varint() else { return nil }
      value = number
    case 1: position += 8
    case 2:
      guard let length = varint(), let count = Int(exactly: length), count <= end - position else { return nil }
      contents = position..<position + count
      position += count
    case 5: position += 4
    default: return nil
    }
    guard position <= end else { return nil }
    return Field(number: Int(tag >> 3), whole: start..<position, contents: contents, value: value)
  }

  private mutating func varint() -> UInt64? { Varint.read(bytes, at: &position, before: end) }
}

/// Puts a message of a protocol buffer together.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, _ contents: some Collection<UInt8>) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(contents.count))
    bytes += contents
  }

  mutating func add(_ field: Int, _ value: UInt64) {
    varint(UInt64(field) << 3)
    varint(value)
  }

  /// Fields as they stand in another message, with their tags.
  mutating func copy(_ fields: ArraySlice<UInt8>) { bytes += fields }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
