import Auditing
import Common
import FilterPipeline
import ImageCodecs
import Pictures
import Pixels
import Squeezers
import TestSupport
import Testing

/// What there is to see of an image that was kept.
struct EvidencePictureTests {
  /// Of a filter that makes pictures 16 pixels wide and high.
  private func pipeline() throws -> Pipeline {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "filter.yaml",
      """
      version: 1
      name: test
      preprocess: [{resize: {width: 16, height: 16, filter: box}}]
      tensor: {layout: nchw, type: float32}
      """)
    return try Pipeline(
      try FilterFile(path: path, variables: [:]).definition, identity: FilterIdentity(name: "test", digest: "0"),
      models: .init(), services: PipelineServices(sha256: { _ in "" }))
  }

  private func png(_ samples: [UInt8], side: Int) throws -> [UInt8] {
    try PixelImage(samples, width: side, height: side, channels: .rgb).encodedAsPNG()
  }

  private func pictures(_ samples: [UInt8], side: Int) throws -> EvidencePictures {
    let input = EncodedInput(source: "x", bytes: try png(samples, side: side))
    return EvidencePictures(try pipeline(), input, showsPrivate: true)
  }

  @Test("every picture has a name of its own, by which it is found again")
  func names() {
    let all: [EvidencePicture] = [.thumbnail, .original, .heat, .noise, .version(0), .version(12), .difference(3)]
    #expect(Set(all.map(\.name)).count == all.count)
    for picture in all { #expect(EvidencePicture(picture.name) == picture) }
    for name in ["", "heat-1", "version", "version-", "version-x", "original/..", "version-99999999999999999999"] {
      #expect(EvidencePicture(name) == nil, "\(name)")
    }
  }

  @Test("a record's pictures are drawn from its bytes, and there is none at a place without a version")
  func gallery() throws {
    let gallery = EvidenceGallery(try pipeline(), RecordedVerdict(), showsPrivate: false)
    #expect(gallery.versions.isEmpty && gallery.decisive.isEmpty && gallery.heatSubject.kind == .roughness)
    let bytes = try png([UInt8](repeating: 90, count: 3 * 64 * 64), side: 64)
    for picture in [EvidencePicture.thumbnail, .original, .heat, .noise] {
      let png = try #require(try gallery.png(picture, of: bytes))
      #expect(ImageFormat.png.signature.elementsEqual(png.prefix(ImageFormat.png.signature.count)))
    }
    for place in [-1, 0, 1, .max] {
      #expect(try gallery.png(.version(place), of: bytes) == nil && gallery.png(.difference(place), of: bytes) == nil)
    }
    #expect(throws: SluiceError.self) { try gallery.png(.original, of: [1, 2, 3]) }
  }

  @Test("a difference is black where images are alike, and as light as they differ where they are not")
  func difference() {
    let image = PixelImage([10, 100, 255, 0, 130, 7], width: 2, height: 1, channels: .rgb)
    let other = PixelImage([10, 103, 100, 255, 128, 7], width: 2, height: 1, channels: .rgb)
    #expect(image.difference(to: other, gain: 8).array == [0, 24, 255, 255, 16, 0])
  }

  @Test("a remainder is gray where images are alike, and lighter or darker by so much where they are not")
  func remainder() {
    let image = PixelImage([10, 100, 255, 0, 130, 7], width: 2, height: 1, channels: .rgb)
    let other = PixelImage([10, 103, 100, 255, 128, 7], width: 2, height: 1, channels: .rgb)
    #expect(image.remainder(without: other, gain: 8).array == [128, 104, 255, 0, 144, 128])
  }

  @Test("the picture of the noise is of the model's size, gray for a flat image, and shows a perturbation")
  func noise() throws {
    let flat = try pictures([UInt8](repeating: 90, count: 3 * 64 * 64), side: 64).noise()
    #expect(flat.size == PixelSize(width: 16, height: 16))
    #expect(flat.array.allSatisfy { abs(Int($0) - 128) <= EvidencePictures.noiseGain })
    var random = RepeatableRandom(seed: 1)
    let lifted = (0..<3 * 16 * 16).map { _ in Bool.random(using: &random) ? UInt8(94) : 86 }
    let attacked = try pictures(lifted, side: 16).noise().array
    // What was lifted is lighter than gray nearly everywhere, and what was lowered darker.
    let right = zip(lifted, attacked).count { ($0 > 90) == ($1 > 128) }
    #expect(right > 3 * 16 * 16 * 9 / 10, "\(right)")
  }

  @Test("a heat map shows what the decisive detector compares, or says that it shows something else")
  func heatSubject() {
    let squeezers: [any Squeezer] = [BitDepth(bits: 5), Median(window: 3), Mirror()]
    let decisive = HeatSubject(squeezers, decisive: ["median 3", "mirror"])
    #expect(decisive.kind == .decisiveVersions && decisive.names == ["median 3"])
    let all = HeatSubject(squeezers, decisive: ["mirror"])
    #expect(all.kind == .versions && all.names == ["bitDepth 5", "median 3"])
    let rough = HeatSubject([Mirror(), Shift(x: 2, y: 2)], decisive: ["mirror"])
    #expect(rough.kind == .roughness && rough.names == ["median 2"])
  }

  @Test("two further pictures stand beside the versions of a contact sheet")
  func contactSheet() {
    let image = PixelImage([UInt8](repeating: 200, count: 3 * 224 * 224), width: 224, height: 224, channels: .rgb)
    func further(_ level: UInt8) -> ContactSheet.Picture {
      let samples = [UInt8](repeating: level, count: 3 * 224 * 224)
      return ContactSheet.Picture(
        PixelImage(samples, width: 224, height: 224, channels: .rgb), title: "a", caption: "b")
    }
    var sheet = ContactSheet(of: image.clone(), columns: 2, conclusion: [])
    sheet.addOriginal(title: "original", caption: "", suspected: [], isWarning: false)
    sheet.add(upper: further(101), lower: further(102))
    let samples = sheet.picture().array
    #expect([101, 102, 200].allSatisfy { level in samples.count { $0 == level } == 3 * 224 * 224 })
  }

  @Test(
    "under a picture of any height there is room for the whole conclusion",
    arguments: [(224, 224), (128, 128), (300, 20), (20, 300)])
  func conclusion(width: Int, height: Int) {
    /// The samples that lines below the first one are written with.
    func written(_ count: Int) -> Int {
      let black = PixelImage(
        [UInt8](repeating: 0, count: 3 * width * height), width: width, height: height, channels: .rgb)
      var sheet = ContactSheet(
        of: black, columns: 1, conclusion: ["adversarial"] + Array(repeating: "and 2 more", count: count))
      sheet.addOriginal(title: "", caption: "", suspected: [], isWarning: false)
      return sheet.picture().array.count { $0 == 154 }
    }
    #expect(written(1) > 0 && written(11) == 11 * written(1))
  }
}
