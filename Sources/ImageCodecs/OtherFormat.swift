/// Formats that people take for pictures, and that are not decoded: told apart so that they can be named.
enum OtherFormat: String, CaseIterable {
  case gif = "GIF"
  case webP = "WebP"
  case bmp = "BMP"
  case tiff = "TIFF"
  case jpeg2000 = "JPEG 2000"
  case jpegXL = "JPEG XL"
  case avif = "AVIF"
  case heic = "HEIC"
  case icon = "ICO"
  case photoshop = "Photoshop"
  case mng = "MNG"
  case pdf = "PDF"
  case svg = "SVG"

  /// The format that the first bytes are of; `nil` for others.
  ///
  /// - Complexity: O(1): a kibibyte is looked at.
  init?(_ bytes: Span<UInt8>) {
    guard let format = Self.allCases.first(where: { $0.begins(bytes) }) else { return nil }
    self = format
  }

  private func begins(_ bytes: Span<UInt8>) -> Bool {
    func has(_ text: StaticString, at offset: Int = 0) -> Bool { bytes.hasBytes(text, at: offset) }
    switch self {
    case .gif: return has("GIF87a") || has("GIF89a")
    case .webP: return has("RIFF") && has("WEBP", at: 8)
    // The length of the second header is one of a few, and a small number in any case.
    case .bmp: return has("BM") && bytes.count >= 18 && has("\0\0\0", at: 15) && (12...124).contains(bytes[14])
    case .tiff: return has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+")
    case .jpeg2000: return has("\0\0\0\u{C}jP  ") || Self.starts(bytes, with: [0xFF, 0x4F, 0xFF, 0x51])
    case .jpegXL: return has("\0\0\0\u{C}JXL ") || Self.starts(bytes, with: [0xFF, 0x0A])
    case .avif: return has("ftypavi", at: 4)
    case .heic: return ["ftyphei", "ftyphev", "ftypmif", "ftypmsf"].contains { has($0, at: 4) }
    // Icons and cursors; the number of pictures is small.
    case .icon: return (has("\0\0\u{1}\0") || has("\0\0\u{2}\0")) && bytes.count > 5 && bytes[4] > 0 && bytes[5] == 0
    case .photoshop: return has("8BPS\0\u{1}")
    case .mng: return Self.starts(bytes, with: [0x8A] + Array("MNG\r\n\u{1A}\n".utf8))
    case .pdf: return has("%PDF-")
    case .svg: return Self.isSVG(bytes)
    }
  }

  private static func starts(_ bytes: Span<UInt8>, with head: [UInt8]) -> Bool {
    bytes.count >= head.count && head.indices.allSatisfy { bytes[$0] == head[$0] }
  }

  /// How far the element is looked for behind declarations and comments.
  private static let headOfSVG = 1024

  /// An element `svg`, at once, or behind what XML begins with.
  private static func isSVG(_ bytes: Span<UInt8>) -> Bool {
    var start = bytes.hasBytes("\u{FEFF}", at: 0) ? 3 : 0
    while start < min(bytes.count, headOfSVG), [0x20, 0x09, 0x0A, 0x0D].contains(bytes[start]) { start += 1 }
    if bytes.hasBytes("<svg", at: start) { return true }
    guard ["<?xml", "<!--", "<!DOCTYPE svg"].contains(where: { bytes.hasBytes($0, at: start) }) else { return false }
    return (start..<min(bytes.count, headOfSVG)).contains { bytes.hasBytes("<svg", at: $0) }
  }
}
