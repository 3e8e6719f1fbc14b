import Common
import Files
import FilterPipeline
import ImageCodecs
import TestSupport
import Testing

struct StreamTests {
  static let limit = 100_000

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inputs(_ bytes: [UInt8], limit: Int = limit) throws -> [EncodedInput] {
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", bytes)), name: "stream", limit: limit)
    var all: [EncodedInput] = []
    while let input = try inputs.next() { all.append(input) }
    return all
  }

  /// Images of every structure that the splitter must follow: thumbnails with end markers of their own, restart
  /// markers, many scans, interlacing, metadata.
  static let images: [[UInt8]] = {
    let names = [
      "findings.jpg", "restart.jpg", "progressive-420.jpg", "rgb8-interlaced.png", "metadata.png", "gray.jpg",
      "orientation-3.jpg", "palette4.png", "cmyk.jpg",
    ]
    return names.map { name in
      let bytes = (try? Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/\(name)"))) ?? []
      guard let decoded = try? ImageDecoder().decode(bytes.span) else { return [] }
      // Without the trailing bytes that two of them have on purpose.
      let trailing = decoded.findings.first { $0.code == .trailingBytes }?.count ?? 0
      return Array(bytes.dropLast(trailing))
    }
  }()

  @Test func imagesBackToBackAreTakenApart() throws {
    let found = try inputs(Self.images.flatMap { $0 })
    #expect(found.map(\.bytes) == Self.images)
    var offset = 0
    for (input, image) in zip(found, Self.images) {
      #expect(input.offset == offset)
      offset += image.count
    }
  }

  @Test func paddingBetweenImagesIsPassedOver() throws {
    let stream = Self.images.flatMap { image -> [UInt8] in image + [0, 0, 10, 13, 32] }
    #expect(try inputs(stream).map(\.bytes) == Self.images)
  }

  @Test(arguments: 0..<9)
  func aTruncatedImageCostsItselfAlone(cut: Int) throws {
    let damaged = Self.images[cut]
    var misses: [String] = []
    for neighbour in 0..<9 {
      let (before, after) = (Self.images[neighbour], Self.images[(neighbour + 1) % 9])
      for length in stride(from: 4, to: damaged.count, by: 7) {
        let found = try inputs(before + damaged[..<length] + after)
        if found.first?.bytes != before || found.last?.bytes != after {
          misses.append("\(length) bytes, then image \((neighbour + 1) % 9)")
        }
      }
    }
    // The first image carries a thumbnail in EXIF data. Cut inside that, its length can lead to exactly a marker
    // between two scans of the next image, which then looks like its continuation. Twice in 3,500 cuts it does.
    #expect(misses.count <= (cut == 0 ? 2 : 0), "\(misses)")
  }

  @Test(arguments: 0..<9)
  func aDamagedImageCostsItselfAlone(damage: Int) throws {
    let (before, after) = (Self.images[5], Self.images[7])
    let sound = Self.images[damage]
    for index in stride(from: 0, to: sound.count, by: 3) {
      var damaged = sound
      damaged[index] ^= 0x55
      let found = try inputs(before + damaged + after)
      let (isFirstKept, isLastKept) = (found.first?.bytes == before, found.last?.bytes == after)
      if !isFirstKept || !isLastKept { Issue.record("byte \(index): \(found.map(\.bytes.count))") }
      // Nothing is lost: every byte belongs to some input.
      #expect(found.reduce(0) { $0 + $1.bytes.count } == before.count + damaged.count + after.count)
    }
  }

  @Test func junkBetweenImagesIsAnInputOfItsOwn() throws {
    let junk = Array("PK\u{3}\u{4} this is no image".utf8)
    let found = try inputs(Self.images[0] + junk + Self.images[3])
    #expect(found.map(\.bytes) == [Self.images[0], junk, Self.images[3]])
    guard case .rejected(let error) = found[1].problem else {
      Issue.record("junk is not rejected")
      return
    }
    #expect(error.code == .notAnImage)
    #expect(found[1].offset == Self.images[0].count)
  }

  @Test func longJunkIsCountedButNotKept() throws {
    let junk = [UInt8](repeating: 0x41, count: 300_000)
    let found = try inputs(Self.images[0] + junk + Self.images[3])
    #expect(found.count == 3)
    #expect(found[1].bytes.isEmpty)
    guard case .rejected(let error) = found[1].problem else {
      Issue.record("junk is not rejected")
      return
    }
    #expect(error.message.contains("300000"))
    #expect(found[2].bytes == Self.images[3])
  }

  @Test(arguments: ["jpeg", "png"])
  func aTooLongImageIsPassedOver(format: String) throws {
    let long =
      try format == "png" ? EncodedImages.png(width: 300, height: 300) : EncodedImages.jpeg(width: 600, height: 600)
    #expect(long.count > 10_000)
    let found = try inputs(Self.images[5] + long + Self.images[3], limit: 10_000)
    #expect(found.first?.bytes == Self.images[5])
    #expect(found.last?.bytes == Self.images[3])
    #expect(found.count == 3)
    guard case .rejected(let error) = found[1].problem else {
      Issue.record("the long image is not rejected")
      return
    }
    #expect(error.code == .tooManyBytes)
  }

  @Test func aChunkOfAbsurdLengthDoesNotSwallowTheStream() throws {
    var absurd = Self.images[3]
    absurd.replaceSubrange(33..<37, with: [0x7F, 0xFF, 0xFF, 0xFF])
    let found = try inputs(Self.images[0] + absurd + Self.images[5])
    #expect(found.first?.bytes == Self.images[0])
    #expect(found.last?.bytes == Self.images[5])
  }

  @Test func anEmptyStreamIsAnError() throws {
    let error = #expect(throws: SluiceError.self) { try inputs([]) }
    #expect(error?.code == .emptyInput)
  }

  @Test func beginningsThatClaimTheSameBytesAreNotSummedOverAndOver() throws {
    // Each of 20,000 beginnings claims the following megabyte, which without a bound would be summed 20,000 times:
    // minutes, which nobody waits for.
    let header = EncodedImages.chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0])
    let beginning = ImageFormat.png.signature + header + [0, 15, 0, 0] + Array("IDAT".utf8)
    let stream = (0..<20_000).flatMap { _ in beginning } + [UInt8](repeating: 0x41, count: 1_000_000)
    let found = try inputs(stream, limit: 1_100_000)
    #expect(found.reduce(0) { $0 + $1.bytes.count } <= stream.count)
  }

  @Test func noiseNeverHangs() throws {
    var random = RepeatableRandom(seed: 11)
    for _ in 0..<50 {
      let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
      let found = try inputs(Self.images[5] + [0xFF, 0xD8, 0xFF, 0xE0] + noise + Self.images[7])
      #expect(found.first?.bytes == Self.images[5])
      #expect(found.last?.bytes.suffix(Self.images[7].count) == Self.images[7][...])
    }
  }
}
