/// What a whole file is, by how it begins.
enum FileKind {
  /// An image of any kind that some reader takes.
  case image
  /// What images are packed into.
  case archive

  private static let longest = 32

  init?(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(Self.longest))
    if FileHead(head.prefix(FileHead.length)).isImage || Self.beginsAsImage(head)
      || WrittenImage.begins(bytes)
    {
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

  /// gzip, ZIP, Zstandard, bzip2, xz, 7-Zip, RAR, PDF.
  private static let archives: [[UInt8]] = [
    [0x1F, 0x8B], [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x28, 0xB5, 0x2F, 0xFD], Array("BZh".utf8),
    [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], Array("Rar!".utf8), Array("%PDF-".utf8),
  ]
}

extension UInt8 {
  var inSmallLetters: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
