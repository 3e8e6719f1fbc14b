import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// What the header of a PNG says of its samples.
struct PNGHeaderTests {
  @Test(
    "a colour type has its name, and the channels that it is decoded to",
    arguments: [
      (0, 1, "gray", .gray), (2, 3, "rgb", .rgb), (3, 1, "palette", .rgb), (4, 2, "gray+alpha", .rgb),
      (6, 4, "rgba", .rgb),
    ] as [(UInt8, Int, String, PixelChannels)])
  func colourTypes(number: UInt8, samples: Int, name: String, channels: PixelChannels) throws {
    let palette = number == 3 ? EncodedImages.chunk("PLTE", [1, 2, 3]) : []
    let bytes = EncodedImages.png(
      [UInt8](repeating: 0, count: 4 * 3 * samples), width: 4, height: 3, colourType: number, before: palette)
    let header = try ImageDecoder().decode(bytes.span).header
    #expect(header.colour == name && header.channels == channels)
    #expect(header.isGray == name.hasPrefix("gray"))
  }

  @Test(
    "a colour type has its depths, and no others",
    arguments: [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])]
      as [(UInt8, [UInt8])])
  func depths(number: UInt8, depths: [UInt8]) throws {
    for depth: UInt8 in [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 32, 255] {
      let bytes = EncodedImages.pngDeclaring(width: 1, height: 1, colourType: number, depth: depth)
      if depths.contains(depth) {
        #expect(try ImageDecoder().demand(of: bytes.span).size == PixelSize(width: 1, height: 1))
      } else {
        let error = #expect(throws: SluiceError.self) { try ImageDecoder().demand(of: bytes.span) }
        #expect(error?.message == "colour type \(number) does not have a depth of \(depth) bits")
      }
    }
  }

  @Test(
    "a colour type that does not exist is named; where the file ends is known all the same",
    arguments: [1, 5, 7, 255] as [UInt8])
  func otherColourTypes(number: UInt8) {
    let bytes = EncodedImages.pngDeclaring(width: 1, height: 1, colourType: number)
    let error = #expect(throws: SluiceError.self) { try ImageDecoder().demand(of: bytes.span) }
    #expect(error?.message == "colour type \(number) does not exist" && error?.byteOffset == 25)
    #expect(ImageFormat.png.end(in: bytes.span) == bytes.count)
  }

  @Test(
    "chunks that say how to show the picture are no metadata, and unknown ones are",
    arguments: [
      ("pHYs", [0, 0, 0, 1, 0, 0, 0, 1, 0]), ("tIME", [7, 0xEA, 11, 29, 1, 1, 1]), ("sBIT", [8, 8, 8]),
      ("bKGD", [0, 1, 0, 2, 0, 3]),
    ] as [(String, [UInt8])])
  func chunks(type: String, body: [UInt8]) throws {
    let sound = try EncodedImages.png()
    let known = EncodedImages.chunk(type, body)
    let plain: [UInt8] = sound[..<33] + known + sound[33...]
    #expect(try ImageDecoder().decode(plain.span).findings == [])
    let other: [UInt8] = sound[..<33] + known + EncodedImages.chunk("abCd", [1, 2, 3]) + sound[33...]
    #expect(try ImageDecoder().decode(other.span).findings == [Finding(.otherMetadata, count: 3)])
  }
}
