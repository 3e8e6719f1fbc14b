/// What a TIFF structure, as EXIF data holds, says about the orientation.
///
/// It is read as Pillow 13 reads it: any type of number, the first of several values, the first tag that has a value, and
/// nothing of a tag that was read before; entries end where the value of one lies outside. What other readers might take
/// instead is kept beside it.
struct TIFFOrientation {
  enum Reading {
    /// Bytes that are no TIFF structure: Pillow looks no further for an orientation.
    case malformed
    /// No such tag, or no bytes at all.
    case absent
    /// With a value that may mean nothing.
    case present(ExifOrientation?)
  }

  private(set) var reading = Reading.malformed
  /// Every orientation that the first directory names in any way.
  private(set) var named: Set<ExifOrientation> = []

  private static let tag = 0x0112
  private static let entryBytes = 12

  /// Reads the first directory, and never outside `tiff`.
  ///
  /// - Complexity: O(bytes).
  init(_ tiff: Span<UInt8>) {
    if let numbers = TIFFNumbers(tiff) {
      reading = read(tiff, numbers)
    } else if tiff.isEmpty {
      reading = .absent
    } else {
      // Other readers take other beginnings for those of a TIFF structure, or do not look at them.
      for isLittleEndian in [false, true] { _ = read(tiff, TIFFNumbers(isLittleEndian: isLittleEndian)) }
    }
  }

  /// What the first directory says to Pillow; notes whatever it names.
  private mutating func read(_ tiff: Span<UInt8>, _ numbers: TIFFNumbers) -> Reading {
    guard let directory = numbers.integer(at: 4, bytes: 4, in: tiff) else { return .malformed }
    var reading = Reading.absent
    guard let entries = numbers.integer(at: directory, bytes: 2, in: tiff) else { return reading }
    var (isRead, sizes, tags) = (true, 0, Set<Int>())
    for index in 0..<entries {
      let offset = directory + 2 + Self.entryBytes * index
      guard offset + Self.entryBytes <= tiff.count else { break }
      let entry = TIFFEntry(at: offset, in: tiff, numbers)
      if entry.tag == Self.tag { named.formUnion(entry.laxOrientations(in: tiff, numbers)) }
      guard isRead, !tags.contains(entry.tag), let type = entry.type, entry.size > 0 else { continue }
      if entry.size > TIFFEntry.inlineBytes {
        sizes += entry.size
        // Pillow passes over values that are longer than the file, and ends at one that only reaches beyond it.
        if sizes > tiff.count { continue }
        isRead = entry.place + entry.size <= tiff.count
      }
      guard isRead else { continue }
      tags.insert(entry.tag)
      if entry.tag == Self.tag {
        let value = type.isNumber ? numbers.number(type, at: entry.place, in: tiff) : nil
        let orientation = value.flatMap(ExifOrientation.init(value:))
        reading = .present(orientation)
        if let orientation { named.insert(orientation) }
      }
    }
    return reading
  }
}

/// An entry of a directory.
private struct TIFFEntry {
  let tag: Int
  /// `nil` for one that does not exist.
  let type: TIFFType?
  /// Bytes of all values.
  let size: Int
  /// Where the first value lies.
  let place: Int
  private let valueField: Int

  /// Values of no more bytes stand in the entry itself.
  static let inlineBytes = 4

  /// - Precondition: the entry lies within `tiff`.
  init(at offset: Int, in tiff: Span<UInt8>, _ numbers: TIFFNumbers) {
    func field(_ place: Int, _ bytes: Int) -> Int { numbers.integer(at: offset + place, bytes: bytes, in: tiff) ?? 0 }
    tag = field(0, 2)
    type = TIFFType(rawValue: field(2, 2))
    size = field(4, 4) * (type?.bytes ?? 0)
    valueField = offset + 8
    place = size > Self.inlineBytes ? field(8, 4) : valueField
  }

  /// The orientations that readers find who do not look at type and count, or who read an entry that Pillow does not.
  func laxOrientations(in tiff: Span<UInt8>, _ numbers: TIFFNumbers) -> [ExifOrientation] {
    let inline = laxOrientation(at: valueField, in: tiff, numbers)
    let elsewhere = laxOrientation(at: place, in: tiff, numbers)
    let typed = type.flatMap { numbers.number($0, at: place, in: tiff) }.flatMap(ExifOrientation.init(value:))
    return [inline, elsewhere, typed].compactMap(\.self)
  }

  private func laxOrientation(at place: Int, in tiff: Span<UInt8>, _ numbers: TIFFNumbers) -> ExifOrientation? {
    let values = [2, 4, 1].compactMap { numbers.integer(at: place, bytes: $0, in: tiff) }
    return values.lazy.compactMap(ExifOrientation.init(rawValue:)).first
  }
}

private enum TIFFType: Int {
  case byte = 1
  case text, short, long, rational, signedByte, undefined, signedShort, signedLong, signedRational, float, double
  case directory
  case long8 = 16

  var bytes: Int {
    switch self {
    case .byte, .text, .signedByte, .undefined: 1
    case .short, .signedShort: 2
    case .long, .signedLong, .float, .directory: 4
    case .rational, .signedRational, .double, .long8: 8
    }
  }

  /// Bytes are none to Pillow, which gives them as they are.
  var isNumber: Bool { ![.byte, .text, .undefined].contains(self) }
}

/// Numbers in the byte order of a TIFF structure.
private struct TIFFNumbers {
  private let isLittleEndian: Bool

  /// The second of each is wrong, and read all the same; so is the third, BigTIFF's, which Pillow takes for the usual one
  /// in this byte order alone.
  private static let littleEndianBeginnings: [StaticString] = ["II*\0", "II\0*"]
  private static let bigEndianBeginnings: [StaticString] = ["MM\0*", "MM*\0", "MM\0+"]

  init(isLittleEndian: Bool) {
    self.isLittleEndian = isLittleEndian
  }

  /// - Returns: `nil` for what does not begin as a TIFF structure.
  init?(_ tiff: Span<UInt8>) {
    guard tiff.count >= 8 else { return nil }
    if Self.littleEndianBeginnings.contains(where: { tiff.hasBytes($0, at: 0) }) {
      isLittleEndian = true
    } else if Self.bigEndianBeginnings.contains(where: { tiff.hasBytes($0, at: 0) }) {
      isLittleEndian = false
    } else {
      return nil
    }
  }

  /// The unsigned number of 2 or 4 bytes at `offset`; `nil` beyond the end.
  func integer(at offset: Int, bytes: Int, in tiff: Span<UInt8>) -> Int? {
    bits(at: offset, bytes: bytes, in: tiff).map { Int($0) }
  }

  private func bits(at offset: Int, bytes: Int, in tiff: Span<UInt8>) -> UInt64? {
    guard offset >= 0, offset + bytes <= tiff.count else { return nil }
    return (0..<bytes).reduce(UInt64(0)) { value, index in
      value << 8 | UInt64(tiff[offset + (isLittleEndian ? bytes - 1 - index : index)])
    }
  }

  /// The number of the given type at `offset`; `nil` beyond the end.
  func number(_ type: TIFFType, at offset: Int, in tiff: Span<UInt8>) -> Double? {
    guard let bits = bits(at: offset, bytes: type.bytes, in: tiff) else { return nil }
    switch type {
    case .signedByte: return Double(Int8(truncatingIfNeeded: bits))
    case .signedShort: return Double(Int16(truncatingIfNeeded: bits))
    case .signedLong: return Double(Int32(truncatingIfNeeded: bits))
    case .float: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: return Double(bitPattern: bits)
    case .rational, .signedRational:
      let part: TIFFType = type == .rational ? .long : .signedLong
      guard let above = number(part, at: offset, in: tiff), let below = number(part, at: offset + 4, in: tiff) else {
        return nil
      }
      return below == 0 ? nil : above / below
    case .byte, .text, .short, .long, .undefined, .directory, .long8: return Double(bits)
    }
  }
}
