import Pixels

/// What bytes after the end of a picture are, where they are more than filling: a file of another kind that some program
/// will open when it is given the picture (a polyglot).
package enum TrailingContent: String, Sendable, Hashable, CaseIterable {
  case zip
  case pdf
  case html
  case program
  case picture

  /// How far the first bytes of a text are searched: readers of PDF and HTML look no further for a beginning.
  private static let searched = 1 << 20

  /// The kinds that begin anywhere in the first mebibyte of the bytes, in the order of declaration.
  ///
  /// - Complexity: O(bytes searched).
  static func kinds(in bytes: Span<UInt8>) -> [TrailingContent] {
    var found: Set<TrailingContent> = []
    for offset in 0..<min(searched, bytes.count) {
      // Every signature begins with one of few bytes; the others are passed over at one comparison.
      guard let kinds = beginnings[bytes[offset]] else { continue }
      for kind in kinds where !found.contains(kind) && kind.begins(at: offset, in: bytes) { found.insert(kind) }
    }
    return allCases.filter(found.contains)
  }

  private static let beginnings: [UInt8: [TrailingContent]] = {
    var kinds: [UInt8: [TrailingContent]] = [:]
    for kind in allCases {
      for signature in kind.signatures {
        let first = signature[0]
        for byte in Set([first, kind == .html ? first | 0x20 : first]) { kinds[byte, default: []].append(kind) }
      }
    }
    return kinds
  }()

  private var signatures: [[UInt8]] {
    switch self {
    case .zip: [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]]
    case .pdf: [Array("%PDF-".utf8)]
    case .html: ["<html", "<script", "<!doctype html", "<svg", "<?php"].map { Array($0.utf8) }
    case .program: [[0x7F, 0x45, 0x4C, 0x46], Array("#!/".utf8), [0x4D, 0x5A, 0x90, 0]]
    case .picture: ImageFormat.allCases.map(\.signature) + [Array("GIF8".utf8), Array("RIFF".utf8)]
    }
  }

  private func begins(at offset: Int, in bytes: Span<UInt8>) -> Bool {
    signatures.contains { signature in
      offset + signature.count <= bytes.count
        && signature.indices.allSatisfy { index in
          let byte = bytes[offset + index]
          // HTML is read whatever the case of its letters.
          let isLetter = self == .html && (0x41...0x5A).contains(byte)
          return (isLetter ? byte | 0x20 : byte) == signature[index]
        }
    }
  }
}
