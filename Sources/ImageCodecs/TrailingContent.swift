/// What bytes after the end of a picture are, where they are more than filling: a file of another kind that some program
/// will open when it is given the picture (a polyglot).
package enum TrailingContent: String, Sendable, Hashable, CaseIterable {
  case zip
  case pdf
  case html
  case program
  case picture

  /// How far the beginning of a file is looked for: readers of PDF and HTML look no further.
  private static let searched = 1 << 20
  /// Where readers of ZIP look for the end of the directory: a record of 22 bytes and a comment of 65,535.
  private static let zipTail = 22 + 65_535

  /// The kinds that are there, in the order of declaration.
  ///
  /// - Complexity: O(bytes searched), at most a mebibyte and the tail of a ZIP.
  static func kinds(in bytes: Span<UInt8>) -> [TrailingContent] {
    var found: Set<TrailingContent> = []
    for offset in 0..<min(searched, bytes.count) where mayBegin[Int(bytes[offset])] {
      for signature in signatures where !found.contains(signature.kind) && signature.stands(at: offset, in: bytes) {
        found.insert(signature.kind)
      }
    }
    if !found.contains(.zip), endsAsZIP(bytes) { found.insert(.zip) }
    return allCases.filter(found.contains)
  }

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
    /// Whether it says something only at the very beginning; elsewhere chance writes it too often.
    var standsFirst = false

    func stands(at offset: Int, in data: Span<UInt8>) -> Bool {
      guard offset + bytes.count <= data.count, !standsFirst || offset == 0 else { return false }
      for index in bytes.indices {
        let byte = data[offset + index]
        let isCapital = ignoresCase && (0x41...0x5A).contains(byte)
        guard (isCapital ? byte | 0x20 : byte) == bytes[index] else { return false }
      }
      return true
    }
  }

  private static let signatures: [Signature] =
    [
      Signature(kind: .zip, bytes: [0x50, 0x4B, 3, 4]), Signature(kind: .zip, bytes: [0x50, 0x4B, 5, 6]),
      Signature(kind: .pdf, bytes: Array("%PDF-".utf8)),
      Signature(kind: .program, bytes: [0x7F, 0x45, 0x4C, 0x46], standsFirst: true),
      Signature(kind: .program, bytes: Array("#!".utf8), standsFirst: true),
      Signature(kind: .program, bytes: Array("MZ".utf8), standsFirst: true),
      Signature(kind: .picture, bytes: ImageFormat.png.signature),
      Signature(kind: .picture, bytes: Array("GIF87a".utf8)), Signature(kind: .picture, bytes: Array("GIF89a".utf8)),
    ]
    + ["<html", "<script", "<!doctype html", "<svg", "<?php"].map {
      Signature(kind: .html, bytes: Array($0.utf8), ignoresCase: true)
    }
    // A JPEG begins with one of its tables or application segments; three bytes alone occur by chance too often.
    + ([0xDB] + Array(0xE0...0xEF)).map { Signature(kind: .picture, bytes: [0xFF, 0xD8, 0xFF, UInt8($0)]) }

  /// Whether a signature begins with this byte: all others are passed over at one look.
  private static let mayBegin: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    for signature in signatures { table[Int(signature.bytes[0])] = true }
    return table
  }()
}
