import ImageCodecs
import TestSupport
import Testing

struct FindingTests {
  private func findings(_ name: String) throws -> [Finding] {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    return try ImageDecoder().decode(bytes.span).findings
  }

  @Test(arguments: [
    ("rgb8.png", [Finding.Code]()), ("baseline-420.jpg", []), ("rgba8.png", [.alpha]), ("grayalpha8.png", [.alpha]),
    ("rgb8-trns.png", [.transparency]), ("palette8-trns.png", [.transparency]), ("gray16.png", [.deepSamples]),
    ("rgba16.png", [.alpha, .deepSamples]), ("animation.png", [.animation]),
    ("metadata.png", [.gamma, .colourProfile, .text, .trailingBytes, .polyglot]),
    ("findings.jpg", [.exif, .colourProfile, .text, .trailingBytes, .polyglot]), ("text-bomb.png", [.text]),
    ("private-chunk.png", [.otherMetadata]), ("private-segment.jpg", [.otherMetadata]), ("cmyk.jpg", [.cmyk]),
    ("ycck.jpg", [.cmyk]),
    ("orientation-1.jpg", [.exif]), ("orientation-6.jpg", [.exif, .orientation]),
    ("multiple.jpg", [.multiplePictures, .trailingBytes]),
  ])
  func filesTellWhatTheyContain(name: String, codes: [Finding.Code]) throws {
    #expect(try findings(name).map(\.code) == codes)
  }

  @Test func countsAndValues() throws {
    let png = try findings("metadata.png")
    #expect(png.contains(Finding(.gamma, value: 0.02)))
    #expect(png.contains(Finding(.text, count: 2)))
    #expect(png.contains(Finding(.trailingBytes, count: 13)))
    #expect(try findings("findings.jpg").contains(Finding(.trailingBytes, count: 14)))
    #expect(try findings("orientation-6.jpg").contains(Finding(.orientation, value: 6)))
    #expect(try findings("animation.png").contains(Finding(.animation, count: 3)))
  }

  @Test("damaged metadata is passed over, and before the pixels some programs refuse the file for it")
  func damagedMetadata() throws {
    let sound = try EncodedImages.png()
    var text = EncodedImages.chunk("tEXt", Array("Comment\0hello".utf8))
    text[text.count - 1] ^= 1
    let damaged = Finding(.damagedMetadata, count: 1)
    let before = Array(sound[..<33]) + text + sound[33...]
    #expect(try ImageDecoder().decode(before.span).findings == [Finding(.ambiguousForm, count: 1), damaged])
    let behind = Array(sound.dropLast(12)) + text + sound.suffix(12)
    #expect(try ImageDecoder().decode(behind.span).findings == [damaged])
  }

  @Test(
    "an animation that shows the image alone is none",
    arguments: [
      (1, true, false, false), (2, true, false, true), (1, false, false, true), (1, true, true, true),
      (0, true, false, true),
    ])
  func animations(frames: UInt32, isFirst: Bool, hasMore: Bool, isFound: Bool) throws {
    let sound = try EncodedImages.png()
    let control = frameControl([0, 24, 17, 0, 0])
    let head = EncodedImages.chunk("acTL", EncodedImages.bigEndian(frames) + [0, 0, 0, 0]) + (isFirst ? control : [])
    let more = hasMore ? EncodedImages.chunk("fdAT", [0, 0, 0, 1]) : []
    let bytes = sound[..<33] + head + sound[33...].dropLast(12) + more + sound.suffix(12)
    let findings = try ImageDecoder().decode(Array(bytes).span).findings
    #expect(findings == (isFound ? [Finding(.animation, count: Int(frames))] : []))
  }

  /// A frame control chunk of the given number, width, height, x and y.
  private func frameControl(_ fields: [UInt32], ending end: [UInt8] = [0, 1, 0, 10, 0, 0]) -> [UInt8] {
    EncodedImages.chunk("fcTL", fields.flatMap(EncodedImages.bigEndian) + end)
  }

  @Test(
    "a frame before the image that is not the image counts with and without an animation",
    arguments: [nil, 1, 2] as [UInt32?])
  func otherFirstFrames(frames: UInt32?) throws {
    let sound = try EncodedImages.png()
    let head = frames.map { EncodedImages.chunk("acTL", EncodedImages.bigEndian($0) + [0, 0, 0, 0]) } ?? []
    func findings(_ chunks: [UInt8]) throws -> [Finding] {
      let bytes = sound[..<33] + head + chunks + sound[33...]
      return try ImageDecoder().decode(Array(bytes).span).findings
    }
    let image = frameControl([0, 24, 17, 0, 0])
    let others: [[UInt8]] = [
      image + EncodedImages.chunk("fdAT", [0, 0, 0, 1]), frameControl([0, 24, 16, 0, 0]),
      frameControl([0, 24, 16, 0, 1]), frameControl([0, 1, 1, 0, 0]), frameControl([0, 24, 17, 0, 0], ending: []),
      frameControl([0, 24, 17, 0, 0], ending: [0, 1, 0, 10, 0, 0, 0]),
    ]
    for chunks in others { #expect(try findings(chunks) == [Finding(.animation, count: Int(frames ?? 1))]) }
    #expect(try findings(image) == (frames == 2 ? [Finding(.animation, count: 2)] : []))
  }

  @Test(
    "frames of an animation that are out of sequence make a form of two readings",
    arguments: [
      ([0, 1, 2, 3], 0), ([0, 2, 3, 4], 1), ([1, 2, 3, 4], 1), ([0, 1, 1, 2], 1), ([0, 1, 3, 4], 1), ([5, 1, 9, 2], 4),
    ] as [([UInt32], Int)])
  func sequenceOfFrames(numbers: [UInt32], places: Int) throws {
    let sound = try EncodedImages.png()
    let frames = EncodedImages.chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0])
    func data(_ number: UInt32) -> [UInt8] { EncodedImages.chunk("fdAT", EncodedImages.bigEndian(number)) }
    // The image is the first frame, the second one has its data in two parts; or the image is none of the frames.
    let (control, second) = (frameControl([numbers[0], 24, 17, 0, 0]), frameControl([numbers[1], 24, 17, 0, 0]))
    let inside: [UInt8] = sound[..<33] + frames + control + sound[33...].dropLast(12) + second
    let outside: [UInt8] = sound[..<33] + frames + sound[33...].dropLast(12) + control + data(numbers[1])
    for beginning in [inside, outside] {
      let bytes: [UInt8] = beginning + data(numbers[2]) + data(numbers[3]) + sound.suffix(12)
      let findings = try ImageDecoder().decode(bytes.span).findings
      #expect(findings.first { $0.code == .ambiguousForm }?.count ?? 0 == places)
    }
  }

  @Test(
    "a text before the pixels that some take for the order of the pixels makes a form of two readings",
    arguments: [
      ("tEXt", "interlace\0x", true), ("tEXt", "interlace\0", true), ("tEXt", "interlace", true),
      ("zTXt", "interlace\0\0x", true), ("iTXt", "interlace\0\0\0\0\0x", true), ("tEXt", "interlaced\0x", false),
      ("tEXt", "Interlace\0x", false), ("tEXt", "Comment\0interlace", false),
    ])
  func interlaceTexts(type: String, body: String, isAmbiguous: Bool) throws {
    let sound = try EncodedImages.png()
    let chunk = EncodedImages.chunk(type, Array(body.utf8))
    let before: [UInt8] = sound[..<33] + chunk + sound[33...]
    let text = Finding(.text, count: 1)
    let found = isAmbiguous ? [text, Finding(.ambiguousForm, count: 1)] : [text]
    #expect(try ImageDecoder().decode(before.span).findings == found)
    let behind: [UInt8] = sound.dropLast(12) + chunk + sound.suffix(12)
    #expect(try ImageDecoder().decode(behind.span).findings == [text])
  }

  @Test("frame data without a frame control before it is out of sequence")
  func frameDataAlone() throws {
    let sound = try EncodedImages.png()
    let bytes: [UInt8] = sound.dropLast(12) + EncodedImages.chunk("fdAT", [0, 0, 0, 0]) + sound.suffix(12)
    #expect(try ImageDecoder().decode(bytes.span).findings == [Finding(.ambiguousForm, count: 1)])
  }

  @Test("four colours without Adobe's segment have two readings")
  func fourColoursWithoutAdobe() throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/cmyk.jpg")
    let start = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xEE })
    let end = start + 2 + (Int(bytes[start + 2]) << 8 | Int(bytes[start + 3]))
    let plain = Array(bytes[..<start] + bytes[end...])
    #expect(try ImageDecoder().decode(plain.span).findings == [Finding(.cmyk), Finding(.ambiguousForm, count: 1)])
  }

  @Test func everyFindingHasASentence() {
    for code in Finding.Code.allCases { #expect(!Finding(code, count: 3, value: 2).sentence.isEmpty) }
  }

  @Test(
    "a gamma that stands for sRGB is none, and any other is found",
    arguments: [(44_999, true), (45_000, false), (45_455, false), (46_000, false), (46_001, true)] as [(UInt32, Bool)])
  func gammas(gamma: UInt32, isFound: Bool) throws {
    let sound = try EncodedImages.png()
    let chunk = EncodedImages.chunk("gAMA", EncodedImages.bigEndian(gamma))
    let bytes = Array(sound[..<33]) + chunk + Array(sound[33...])
    let expected = isFound ? [Finding(.gamma, value: Double(gamma) / 100_000)] : []
    #expect(try ImageDecoder().decode(bytes.span).findings == expected)
  }
}
