import Common
import ImageCodecs
import TestSupport
import Testing

/// Pictures of other formats are named, and how to get one that is decoded.
struct OtherFormatTests {
  private static let heads: [(name: String, head: [UInt8])] = [
    ("GIF", Array("GIF89a".utf8)), ("WebP", Array("RIFF\u{1}\0\0\0WEBPVP8 ".utf8)),
    ("BMP", Array("BM".utf8) + [0x36, 0x10, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]),
    ("TIFF", Array("II*\0".utf8)), ("TIFF", Array("MM\0*".utf8)), ("JPEG 2000", Array("\0\0\0\u{C}jP  \r\n".utf8)),
    ("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51]), ("JPEG XL", [0xFF, 0x0A, 1]), ("AVIF", Array("\0\0\0\u{1C}ftypavif".utf8)),
    ("HEIC", Array("\0\0\0\u{1C}ftypheic".utf8)), ("ICO", [0, 0, 1, 0, 2, 0, 16, 16]), ("PDF", Array("%PDF-1.7".utf8)),
    ("SVG", Array("<svg xmlns=".utf8)), ("SVG", Array("<?xml version=\"1.0\"?>\n<!-- - -->\n<svg>".utf8)),
    ("Photoshop", Array("8BPS\0\u{1}".utf8)),
  ]

  @Test(arguments: heads)
  func otherFormatsAreNamed(name: String, head: [UInt8]) {
    let bytes = head + [UInt8](repeating: 7, count: 100)
    let error = #expect(throws: SluiceError.self) { try ImageDecoder().decode(bytes.span).findings }
    #expect(error?.code == .formatNotPermitted)
    #expect(error?.message.hasPrefix("\(name) is not decoded") == true)
    #expect(error?.remedy?.contains("JPEG or PNG") == true)
  }

  @Test(arguments: ["BMW and others", "II, III", "<?xml version=\"1.0\"?><html/>", "\0\0\u{1}\0\0\0", "RIFF....WAVE"])
  func whatOnlyBeginsAlikeIsNoImage(text: String) {
    let bytes = Array(text.utf8)
    let error = #expect(throws: SluiceError.self) { try ImageDecoder().decode(bytes.span).findings }
    #expect(error?.code == .notAnImage)
  }

  @Test func variantsOfTheFormatsAreNamed() throws {
    let png = try EncodedImages.png()
    let apple = png[..<8] + EncodedImages.chunk("CgBI", [0x50, 0, 0x20, 6]) + png[8...]
    var lossless = try EncodedImages.jpeg()
    let frame = try #require(lossless.indices.dropLast().first { lossless[$0] == 0xFF && lossless[$0 + 1] == 0xC0 })
    lossless[frame + 1] = 0xF7
    for (bytes, name) in [(Array(apple), "CgBI"), (lossless, "JPEG-LS")] {
      let error = #expect(throws: SluiceError.self) { try ImageDecoder().decode(bytes.span).findings }
      #expect(error?.code == .unsupportedImage)
      #expect(error?.message.contains(name) == true)
      #expect(error?.remedy != nil)
    }
  }
}
