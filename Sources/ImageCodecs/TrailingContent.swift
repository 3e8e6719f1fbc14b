/// What a file is besides its picture (a polyglot), mostly by the bytes after the end of it, where they are more than
/// filling: a file of another kind that some program will open when it is given the picture.
package enum TrailingContent: String, Sendable, Hashable, CaseIterable {
  case zip
  case pdf
  case html
  case program
  case picture

  /// How far the beginning of a file is looked for, behind leading zeros: readers of PDF and HTML look no further.
  private static let searched = 1 << 20
  /// Where readers of ZIP look for the end of the directory: a record of 22 bytes and a comment of 65,535.
  private static let zipTail = 22 + 65_535

  /// The kinds that are there, in the order of declaration.
  ///
  /// - Parameters:
  ///   - announcesJPEGs: whether the file says that JPEGs follow its picture, which are then none of another kind.
  /// - Complexity: O(leading zeros + bytes searched), of which a mebibyte and the tail of a ZIP are searched at most.
  static func kinds(in bytes: Span<UInt8>, announcesJPEGs: Bool) -> [TrailingContent] {
    var start = 0
    while start < bytes.count, bytes[start] == 0 { start += 1 }
    var found: Set<TrailingContent> = []
    for offset in start..<min(start + searched, bytes.count) where mayBegin[Int(bytes[offset])] {
      let isFirst = offset == start
      for signature in signatures where !found.contains(signature.kind) {
        if signature.stands(at: offset, in: bytes, isFirst: isFirst) { found.insert(signature.kind) }
      }
      if !found.contains(.picture), !announcesJPEGs || ImageFormat.at(offset, in: bytes) != .jpeg,
        beginsPicture(at: offset, in: bytes, isFirst: isFirst)
      {
        found.insert(.picture)
      }
    }
    if !found.contains(.zip), endsAsZIP(bytes) { found.insert(.zip) }
    return allCases.filter(found.contains)
  }

  /// Whether a PNG or JPEG begins here. The four bytes of a JPEG are too few in a mebibyte of video: away from the
  /// beginning, its first segment has to go by a known name, or to lead to another marker.
  private static func beginsPicture(at offset: Int, in bytes: Span<UInt8>, isFirst: Bool) -> Bool {
    guard ImageFormat.begins(at: offset, in: bytes) else { return false }
    if isFirst || ImageFormat.at(offset, in: bytes) == .png { return true }
    guard let marker = ImageFormat.firstMarker(at: offset, in: bytes) else { return false }
    let names: [StaticString] = ["JFIF\0", "JFXX\0", "Exif\0"]
    if names.contains(where: { bytes.hasBytes($0, at: marker + 3) }) { return true }
    guard let length = bytes.uint16(at: marker + 1), length >= 2 else { return false }
    return hasSegment(soonBehind: marker + 1 + length, in: bytes)
  }

  /// Decoders pass over fill, and over bytes that are no marker.
  private static func hasSegment(soonBehind start: Int, in bytes: Span<UInt8>) -> Bool {
    (start...start + longestPadding).contains { place in
      guard let marker = bytes.uint16(at: place) else { return false }
      return marker >> 8 == 0xFF && JPEGMarker(rawValue: UInt8(marker & 255)).beginsSegment
    }
  }

  /// More would let chance in: these few let one in twenty thousand mebibytes of noise pass for a picture.
  private static let longestPadding = 8

  private static func endsAsZIP(_ bytes: Span<UInt8>) -> Bool {
    for offset in max(0, bytes.count - zipTail)..<bytes.count where bytes[offset] == 0x50 {
      if bytes.hasBytes("PK\u{5}\u{6}", at: offset) { return true }
    }
    return false
  }

  private struct Signature {
    let kind: TrailingContent
    let bytes: [UInt8]
    /// Whether letters count in either case, as HTML has it.
    var ignoresCase = false
    var proof = Proof.none

    /// What has to hold besides, where chance writes the bytes too often.
    enum Proof {
      case none
      /// It stands at the very beginning.
      case standsFirst
      /// It does, or the fields behind it are those of a member of a ZIP.
      case zipMember
      /// The name of the element ends behind it.
      case elementName
    }

    func stands(at offset: Int, in data: Span<UInt8>, isFirst: Bool) -> Bool {
      guard offset + bytes.count <= data.count else { return false }
      for index in bytes.indices {
        let byte = data[offset + index]
        let isCapital = ignoresCase && (0x41...0x5A).contains(byte)
        guard (isCapital ? byte | 0x20 : byte) == bytes[index] else { return false }
      }
      return switch proof {
      case .none: true
      case .standsFirst: isFirst
      case .zipMember: isFirst || Self.isZIPMember(at: offset, in: data)
      case .elementName: Self.endsName(at: offset + bytes.count, in: data)
      }
    }

    /// The header of a member (APPNOTE 4.3.7): the version that is needed, the method and the name's length are small
    /// numbers.
    private static func isZIPMember(at offset: Int, in data: Span<UInt8>) -> Bool {
      guard offset + 30 <= data.count else { return false }
      let (version, method, nameLength) = (data[offset + 4], data[offset + 8], data[offset + 26])
      let areSmall = data[offset + 5] == 0 && data[offset + 9] == 0 && data[offset + 27] < 16
      return areSmall && version <= 63 && method <= 99 && (nameLength > 0 || data[offset + 27] > 0)
    }

    private static func endsName(at offset: Int, in data: Span<UInt8>) -> Bool {
      offset < data.count && [0x20, 0x09, 0x0A, 0x0D, 0x2F, 0x3E].contains(data[offset])
    }
  }

  /// The record at the end of a ZIP is looked for where its readers do.
  private static let signatures: [Signature] =
    [
      Signature(kind: .zip, bytes: [0x50, 0x4B, 3, 4], proof: .zipMember),
      Signature(kind: .pdf, bytes: Array("%PDF-".utf8)),
      Signature(kind: .program, bytes: [0x7F, 0x45, 0x4C, 0x46], proof: .standsFirst),
      Signature(kind: .program, bytes: Array("#!".utf8), proof: .standsFirst),
      Signature(kind: .program, bytes: Array("MZ".utf8), proof: .standsFirst),
      Signature(kind: .picture, bytes: Array("GIF87a".utf8)), Signature(kind: .picture, bytes: Array("GIF89a".utf8)),
      Signature(kind: .html, bytes: Array("<svg".utf8), ignoresCase: true, proof: .elementName),
    ]
    + ["<html", "<script", "<!doctype html", "<?php"].map {
      Signature(kind: .html, bytes: Array($0.utf8), ignoresCase: true)
    }

  /// Whether a signature, or a PNG or JPEG, begins with this byte: all others are passed over at one look.
  private static let mayBegin: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    let first = signatures.map { $0.bytes[0] } + ImageFormat.allCases.map { $0.signature[0] }
    for byte in first { table[Int(byte)] = true }
    return table
  }()
}
