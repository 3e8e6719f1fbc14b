/// What a whole file is, by how it begins.
enum FileKind {
  /// An image of any kind that some reader takes.
  case image
  /// What images are packed into.
  case archive

  private static let longest = 64

  init?(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(Self.longest))
    if FileHead(head.prefix(FileHead.length)).isImage || Self.beginsAsImage(head) || Self.isWrittenImage(head) {
      self = .image
    } else if Self.archives.contains(where: head.starts) {
      self = .archive
    } else {
      return nil
    }
  }

  /// What is sure enough at the beginning of a file alone: JPEG with anything after its first marker, and JPEG XL.
  private static func beginsAsImage(_ head: [UInt8]) -> Bool {
    head.starts(with: [0xFF, 0xD8, 0xFF]) || head.starts(with: [0xFF, 0x0A])
  }

  /// Images that are written as text.
  private static func isWrittenImage(_ head: [UInt8]) -> Bool {
    let text = head.drop(while: \.isBlank).map(\.inSmallLetters)
    if ["<svg", "#define ", "/* xpm */", "%!ps"].contains(where: { text.has($0, at: 0) }) { return true }
    if text.has("<?xml", at: 0) { return !BytePattern(Array("<svg".utf8)).offsets(in: text.span, most: 1).isEmpty }
    let words = text.split(whereSeparator: \.isBlank)
    guard words.count > 3, words[0].count == 2, words[0].first == UInt8(ascii: "p") else { return false }
    // Netpbm: a letter and a digit, then sizes; or a comment first.
    return words[1].first == UInt8(ascii: "#") || words[1...3].allSatisfy { $0.allSatisfy(\.isDigit) }
  }

  /// gzip, ZIP, Zstandard, bzip2, xz, 7-Zip, RAR, PDF.
  private static let archives: [[UInt8]] = [
    [0x1F, 0x8B], [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x28, 0xB5, 0x2F, 0xFD], Array("BZh".utf8),
    [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], Array("Rar!".utf8), Array("%PDF-".utf8),
  ]
}

extension UInt8 {
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }

  var inSmallLetters: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
