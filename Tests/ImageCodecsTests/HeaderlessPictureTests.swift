import ImageCodecs
import TestSupport
import Testing

/// Pictures that Pillow opens by what stands at a fixed place, whatever a file begins with.
struct HeaderlessPictureTests {
  private func contents(_ bytes: [UInt8]) throws -> [TrailingContent] {
    try ImageDecoder().decode(bytes.span).findings.first { $0.code == .polyglot }?.contents ?? []
  }

  /// A comment behind the start marker of a JPEG.
  private func commented(_ comment: [UInt8]) throws -> [UInt8] {
    let (sound, length) = (try EncodedImages.jpeg(), comment.count + 2)
    return sound[..<2] + [0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 255)] + comment + sound[2...]
  }

  /// A private chunk behind the header of a PNG.
  private func withChunk(_ body: [UInt8]) throws -> [UInt8] {
    let sound = try EncodedImages.png()
    return sound[..<33] + EncodedImages.chunk("prVt", body) + sound[33...]
  }

  @Test("a Photo CD is found by its name at its place", arguments: [2047, 2048, 2049])
  func photoCDs(place: Int) throws {
    func body(from start: Int) -> [UInt8] {
      [UInt8](repeating: 0, count: place - start) + Array("PCD_".utf8) + [UInt8](repeating: 0, count: 100)
    }
    let expected: [TrailingContent] = place == 2048 ? [.picture] : []
    #expect(try contents(withChunk(body(from: 33 + 8))) == expected)
    #expect(try contents(commented(body(from: 6))) == expected)
    let image = try EncodedImages.jpeg(width: 16, height: 16, quality: 30)
    try #require(image.count < 2048)
    #expect(try contents(image + body(from: image.count)) == expected)
    // Beside a file behind the end.
    #expect(try contents(commented(body(from: 6)) + Array("%PDF-".utf8)) == [.pdf] + expected)
  }

  /// A comment that fills the header of a SPIDER image from its second field on; the first one is the JPEG's beginning.
  private func header(_ fields: [Int: Float]) -> [UInt8] {
    (2...27).flatMap { number -> [UInt8] in
      let bits = (fields[number] ?? 0).bitPattern
      return [UInt8(bits & 255), UInt8(bits >> 8 & 255), UInt8(bits >> 16 & 255), UInt8(bits >> 24)]
    }
  }

  private static let picture: [Int: Float] = [2: 224, 5: 1, 12: 224, 13: 1, 22: 65_536, 23: 65_536]

  @Test("a SPIDER image is found by its numbers")
  func spiders() throws {
    let sound = try EncodedImages.jpeg()
    func file(_ changes: [Int: Float]) -> [UInt8] {
      // A comment of no length, of which readers take the two bytes alone, and which is the second field's half.
      let fields = header(Self.picture.merging(changes) { _, change in change })
      return [0xFF, 0xD8, 0xFF, 0xFE] + fields + sound[2...]
    }
    #expect(try contents(file([:])) == [.picture])
    #expect(try contents(file([13: 2, 23: 32_768])) == [.picture])
    for changes in [[5: 3], [2: 0.5], [12: 0.25], [13: 2], [22: .infinity], [23: 1]] as [[Int: Float]] {
      #expect(try contents(file(changes)) == [])
    }
  }
}
