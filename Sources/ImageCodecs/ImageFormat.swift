import Common

/// The image formats that Sluice decodes, told apart by their first bytes and never by a file name.
package enum ImageFormat: String, Sendable, Hashable, CaseIterable {
  case jpeg
  case png

  /// The bytes every file of the format begins with.
  package var signature: [UInt8] {
    switch self {
    case .jpeg: [0xFF, 0xD8, 0xFF]
    case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    }
  }

  /// The format whose signature stands at `offset`; `nil` for anything else, or too few bytes.
  package static func at(_ offset: Int, in bytes: Span<UInt8>) -> ImageFormat? {
    allCases.first { format in
      let signature = format.signature
      guard offset >= 0, bytes.count - offset >= signature.count else { return false }
      return signature.indices.allSatisfy { bytes[offset + $0] == signature[$0] }
    }
  }
}

extension ImageFormat {
  /// Whether a signature stands at `offset` with the beginning of what must follow it: chance alone writes one in two
  /// hundred megabytes of noise.
  package static func begins(at offset: Int, in bytes: Span<UInt8>) -> Bool {
    switch at(offset, in: bytes) {
    case .png: return true
    case .jpeg: return firstMarker(at: offset, in: bytes).map { JPEGMarker(rawValue: bytes[$0]).mayStandFirst } ?? false
    case nil: return false
    }
  }

  /// Where the second byte of the first marker behind a JPEG's signature stands, which few fill bytes may precede.
  static func firstMarker(at offset: Int, in bytes: Span<UInt8>) -> Int? {
    let place = offset + jpegSignatureLength
    return (place...place + longestFill).first { $0 < bytes.count && bytes[$0] != 0xFF }
  }

  private static let jpegSignatureLength = 3
  private static let longestFill = 8

  /// One past the end of the image of this format at the head of some bytes; `nil` where its structure does not hold.
  ///
  /// - Complexity: O(bytes of the image).
  package func end(in bytes: Span<UInt8>) -> Int? {
    do throws(SluiceError) {
      return switch self {
      case .jpeg: try JPEGStructure(bytes).end
      case .png: try PNGStructure(bytes).end
      }
    } catch {
      return nil
    }
  }
}
