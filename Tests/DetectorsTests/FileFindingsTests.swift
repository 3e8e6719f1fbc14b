import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import TestSupport
import Testing

struct FileFindingsTests {
  private let preprocessor: Preprocessor

  init() throws {
    preprocessor = try Preprocessor(
      steps: [.resizeExactly(PixelSize(width: 16, height: 16), .bilinear)], channels: .rgb)
  }

  private func look(
    _ bytes: [UInt8], _ detector: FileFindings = FileFindings()
  ) throws -> (score: DetectorScore, refused: [FileSubject], canonical: [UInt8]) {
    let decoded = try ImageDecoder().decode(bytes.span, keeping: FileFindings.neededExtras)
    var look = try detector.look(at: decoded, threshold: 0.08, preprocessor)
    let (score, refused) = (look.score, look.refused)
    let canonical = detector.canonical(decoded)
    let picture = canonical.array
    let prepared = preprocessor.trappingApply(to: canonical).array
    // Where the picture is given as it was compared, it is the one that preprocessing makes.
    if let compared = look.picture.take() { #expect(compared.array == prepared) }
    return (score, refused, picture)
  }

  /// A PNG of `picture` with further chunks behind its header.
  private func png(_ picture: borrowing PixelImage, chunks: [UInt8]) throws -> [UInt8] {
    let encoded = try picture.encodedAsPNG()
    return Array(encoded[..<33]) + chunks + encoded[33...]
  }

  private func gamma(_ value: UInt32) -> [UInt8] { EncodedImages.chunk("gAMA", EncodedImages.bigEndian(value)) }

  @Test func aPlainFileScoresZero() throws {
    for bytes in [try EncodedImages.png(), try EncodedImages.jpeg()] {
      let (score, refused, _) = try look(bytes)
      #expect(score.value == 0 && refused.isEmpty)
      #expect(score.sentence == "nothing in the file but a picture")
    }
  }

  @Test func alphaThatHidesAPictureIsMeasured() throws {
    let fixture = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/rgba8.png"))
    let (score, _, plain) = try look(fixture)
    #expect(try #require(score.value) > 0.08)
    #expect(score.measurements.first?.name == "alpha")
    let (allowed, _, _) = try look(fixture, FileFindings(policies: [.alpha: .allow]))
    // Allowed or not, the difference is told.
    #expect(allowed.value == 0 && allowed.measurements.first?.value == score.value)
    let (_, refused, _) = try look(fixture, FileFindings(policies: [.alpha: .reject]))
    #expect(refused == [.alpha])
    let (_, _, onWhite) = try look(fixture, FileFindings(policies: [.alpha: .canonicalise]))
    #expect(onWhite != plain)
  }

  @Test("transparency that some viewers apply and others pass over counts as the largest difference")
  func transparencyOfTwoReadings() throws {
    let palette = EncodedImages.chunk("PLTE", [200, 10, 10, 10, 200, 10])
    let opaque = EncodedImages.chunk("tRNS", [255, 255])
    let (entries, long) = (EncodedImages.chunk("tRNS", [0, 0]), EncodedImages.chunk("tRNS", [0, 0, 0]))
    let indexes = [UInt8](repeating: 0, count: 128) + [UInt8](repeating: 1, count: 128)
    func indexed(_ chunks: [UInt8]) -> [UInt8] {
      EncodedImages.png(indexes, width: 16, height: 16, colourType: 3, before: chunks)
    }
    let samples = indexes.flatMap { index -> [UInt8] in index == 0 ? [10, 200, 30] : [200, 9, 9] }
    func coloured(_ chunks: [UInt8]) -> [UInt8] {
      EncodedImages.png(samples, width: 16, height: 16, colourType: 2, before: chunks)
    }
    let colour = EncodedImages.chunk("tRNS", [0, 10, 0, 200, 0, 30])
    let other = EncodedImages.chunk("tRNS", [0, 1, 0, 1, 0, 1])
    let padded = EncodedImages.chunk("tRNS", [0, 10, 0, 200, 0, 30, 0, 0])
    func behindPixels(_ png: [UInt8], _ chunk: [UInt8]) -> [UInt8] { png.dropLast(12) + chunk + png.suffix(12) }
    let ambiguous: [[UInt8]] = [
      indexed(palette + long), indexed(entries + palette), indexed(palette + opaque + entries),
      behindPixels(indexed(palette), entries), coloured(padded), coloured(other + colour), coloured(colour + palette),
      behindPixels(coloured([]), colour),
    ]
    for bytes in ambiguous {
      let (score, _, _) = try look(bytes)
      #expect(score.value == 1 && score.measurements.map(\.name) == ["transparency"])
      // There is no one picture that people see.
      #expect(try look(bytes, FileFindings(policies: [.alpha: .canonicalise])).score.value == 1)
      #expect(try look(bytes, FileFindings(policies: [.alpha: .allow])).score.value == 0)
    }
    for bytes in [indexed(palette + entries), coloured(colour), coloured(palette + colour)] {
      let value = try #require(try look(bytes).score.value)
      #expect((0.08..<1).contains(value))
      #expect(try look(bytes, FileFindings(policies: [.alpha: .canonicalise])).score.value == 0)
    }
    #expect(try look(indexed(palette + opaque)).score.value == 0)
  }

  @Test func gammaThatHidesAPictureIsMeasured() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let (score, _, plain) = try look(try png(picture, chunks: gamma(2000)))
    #expect(try #require(score.value) > 0.7)
    #expect(plain == picture.array)
    let (_, _, shown) = try look(
      try png(picture, chunks: gamma(2000)), FileFindings(policies: [.gamma: .canonicalise]))
    #expect(shown.allSatisfy { $0 < 5 })
    let (usual, _, _) = try look(try png(picture, chunks: gamma(45_455)))
    #expect(usual.value == 0)
    // A gamma of nought is nonsense that no viewer applies.
    #expect(try look(try png(picture, chunks: gamma(0))).score.value == 0)
  }

  @Test func theFirstGammaCounts() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let (score, _, _) = try look(try png(picture, chunks: gamma(2000) + gamma(45_455)))
    #expect(try #require(score.value) > 0.7)
  }

  @Test func aDeclarationOfSRGBOverridesGammaAndPrimaries() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let swapped = EncodedImages.chunk(
      "cHRM", [31_270, 32_900, 15_000, 6000, 30_000, 60_000, 64_000, 33_000].flatMap(EncodedImages.bigEndian))
    #expect(try look(try png(picture, chunks: swapped)).score.value == 1)
    let declared = EncodedImages.chunk("sRGB", [0]) + gamma(2000) + swapped
    let (score, _, shown) = try look(
      try png(picture, chunks: declared), FileFindings(policies: [.gamma: .canonicalise]))
    #expect(score.value == 0 && shown == picture.array)
  }

  private static let sRGBChunk = EncodedImages.chunk("sRGB", [0])
  private static let palette = EncodedImages.chunk("PLTE", [1, 2, 3])

  private static func profile(_ bytes: [UInt8], name: String = "x") -> [UInt8] {
    EncodedImages.chunk("iCCP", Array(name.utf8) + [0, 0] + EncodedImages.deflated(bytes))
  }

  /// The picture's own profile: viewers that honour it show the picture as it is.
  private static let plainProfile = profile(ICCProfiles.colour(gamma: 2.2))

  @Test(
    "nothing that some viewers pass over hides a gamma",
    arguments: [
      EncodedImages.chunk("sRGB", []), EncodedImages.chunk("sRGB", [9]), EncodedImages.chunk("sRGB", [0, 0]),
      palette + sRGBChunk, palette + plainProfile, plainProfile, profile(Array("not a profile".utf8)),
      profile(ICCProfiles.gray(gamma: 2.2)), EncodedImages.chunk("iCCP", []),
    ])
  func gammaBesideOtherChunks(chunks: [UInt8]) throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    for file in [try png(picture, chunks: gamma(2000) + chunks), try png(picture, chunks: chunks + gamma(2000))] {
      let (score, _, _) = try look(file, FileFindings(policies: [.colourProfile: .allow]))
      #expect(try #require(score.value) > 0.7)
    }
  }

  @Test("a declaration of sRGB behind the pixels says nothing")
  func declarationBehindThePixels() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let file = try png(picture, chunks: gamma(2000))
    for chunk in [Self.sRGBChunk, Self.plainProfile] {
      let (score, _, _) = try look(file.dropLast(12) + chunk + file.suffix(12))
      #expect(try #require(score.value) > 0.7)
    }
  }

  @Test("of two ways to show the picture, a filter that wants one takes neither for granted")
  func gammaBesideAProfileIsNotCanonical() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let file = try png(picture, chunks: gamma(2000) + Self.plainProfile)
    let (score, _, shown) = try look(file, FileFindings(policies: [.gamma: .canonicalise]))
    #expect(try #require(score.value) > 0.7)
    #expect(shown == picture.array)
  }

  @Test("the first primaries count, and several profiles are none")
  func severalChunksOfAKind() throws {
    let picture = PixelImage.noise(width: 24, height: 24, channels: .rgb)
    let usual = EncodedImages.chunk(
      "cHRM", [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000].flatMap(EncodedImages.bigEndian))
    let swapped = EncodedImages.chunk(
      "cHRM", [31_270, 32_900, 15_000, 6000, 30_000, 60_000, 64_000, 33_000].flatMap(EncodedImages.bigEndian))
    #expect(try look(try png(picture, chunks: swapped + usual)).score.value == 1)
    #expect(try look(try png(picture, chunks: usual + swapped)).score.value == 0)
    let file = try png(picture, chunks: swapped)
    #expect(try look(file.dropLast(12) + usual + file.suffix(12)).score.value == 1)
    let one = try #require(try look(try png(picture, chunks: Self.plainProfile)).score.value)
    #expect(one < 0.05)
    #expect(try look(try png(picture, chunks: Self.plainProfile + Self.plainProfile)).score.value == 1)
    let gray = PixelImage.noise(width: 24, height: 24, channels: .gray)
    #expect(try look(try png(gray, chunks: swapped)).score.value == 0)
  }

  @Test("profiles on gray pictures are measured as viewers apply them", arguments: [0, 4] as [UInt8])
  func profilesOnGray(colourType: UInt8) throws {
    let samples = [UInt8](repeating: 150, count: 24 * 24).flatMap { colourType == 0 ? [$0] : [$0, 255] }
    for profile in [ICCProfiles.gray(gamma: 8), ICCProfiles.colour(gamma: 8)] {
      let file = EncodedImages.png(
        samples, width: 24, height: 24, colourType: colourType, before: Self.profile(profile))
      let (score, _, plain) = try look(file)
      #expect(try #require(score.value) > 0.3)
      let (canonical, _, shown) = try look(file, FileFindings(policies: [.colourProfile: .canonicalise]))
      #expect(canonical.value == 0 && plain[0] == 150 && shown.allSatisfy { $0 < 60 })
    }
    let tinging = ICCProfiles.colour(curves: [2.2, 2.2, 8].map(ICCProfiles.curve))
    let file = EncodedImages.png(samples, width: 24, height: 24, colourType: colourType, before: Self.profile(tinging))
    let (score, _, _) = try look(file, FileFindings(policies: [.colourProfile: .canonicalise]))
    // Three channels can hold the tinge, one cannot.
    #expect(score.value == (colourType == 0 ? 1 : 0))
  }

  @Test func codePointsOfAnotherSpaceCountAsAProfile() throws {
    let picture = PixelImage.noise(width: 24, height: 24, channels: .rgb)
    let sRGB = try look(try png(picture, chunks: EncodedImages.chunk("cICP", [1, 13, 0, 1])))
    #expect(sRGB.score.value == 0)
    let foreign = try look(try png(picture, chunks: EncodedImages.chunk("cICP", [9, 16, 0, 1])))
    #expect(foreign.score.value == 1)
  }

  private func codePoints(_ values: UInt8...) -> [UInt8] { EncodedImages.chunk("cICP", values) }

  private func primaries(_ values: UInt32...) -> [UInt8] {
    EncodedImages.chunk("cHRM", values.flatMap(EncodedImages.bigEndian))
  }

  @Test("code points of films are measured, as ffmpeg writes them beside gamma and primaries")
  func codePointsOfFilms() throws {
    let usual = gamma(45_455) + primaries(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000)
    let wide = primaries(31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4600)
    let film = codePoints(1, 1, 0, 1) + usual
    for channels in [PixelChannels.rgb, .gray] {
      let picture = PixelImage.noise(width: 24, height: 24, channels: channels)
      let value = try #require(try look(try png(picture, chunks: film)).score.value)
      #expect(value > 0.01 && value < 0.08)
      let canonical = FileFindings(policies: [.colourProfile: .canonicalise])
      let (score, _, shown) = try look(try png(picture, chunks: film), canonical)
      #expect(score.value == 0 && shown != picture.array)
    }
    let picture = PixelImage.noise(width: 24, height: 24, channels: .rgb)
    let others = [
      codePoints(5, 5, 0, 1), codePoints(6, 6, 0, 1), codePoints(9, 14, 0, 1), codePoints(9, 15, 0, 1) + wide,
      codePoints(11, 4, 0, 1), codePoints(12, 13, 0, 1),
    ]
    for chunks in others {
      let value = try #require(try look(try png(picture, chunks: chunks)).score.value)
      #expect(value > 0 && value < 1)
    }
    // Linear light that is shown as such is another picture.
    let flat = PixelImage([UInt8](repeating: 100, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    #expect(try #require(try look(try png(flat, chunks: codePoints(1, 8, 0, 1))).score.value) > 0.2)
  }

  @Test("code points that are not evaluated, or not alone, count as the largest difference")
  func codePointsOfTwoReadings() throws {
    let swapped = primaries(31_270, 32_900, 15_000, 6000, 30_000, 60_000, 64_000, 33_000)
    let film = codePoints(1, 1, 0, 1)
    let ambiguous = [
      codePoints(1, 16, 0, 1), codePoints(9, 18, 0, 1), codePoints(2, 1, 0, 1), codePoints(1, 2, 0, 1),
      codePoints(1, 1, 1, 1), codePoints(1, 1, 0, 0), codePoints(1, 1, 0), film + codePoints(9, 1, 0, 1),
      film + codePoints(1, 16, 0, 1), codePoints(1, 16, 0, 1) + film, film + swapped, swapped + film,
      film + Self.plainProfile, Self.plainProfile + film,
    ]
    for chunks in ambiguous {
      let picture = PixelImage.noise(width: 24, height: 24, channels: .rgb)
      #expect(try look(try png(picture, chunks: chunks)).score.value == 1)
      let canonical = FileFindings(policies: [.colourProfile: .canonicalise])
      #expect(try look(try png(picture, chunks: chunks), canonical).score.value == 1)
    }
  }

  @Test("a gamma is not applied where some viewers take code points in its place")
  func gammaBesideCodePoints() throws {
    let picture = PixelImage([UInt8](repeating: 200, count: 24 * 24 * 3), width: 24, height: 24, channels: .rgb)
    let file = try png(picture, chunks: gamma(2000) + codePoints(1, 1, 0, 1))
    let (score, _, shown) = try look(file, FileFindings(policies: [.gamma: .canonicalise]))
    #expect(try #require(score.value) > 0.7)
    #expect(shown == picture.array)
  }

  @Test func aDamagedProfileCountsAsTheLargestDifference() throws {
    let fixture = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/findings.jpg"))
    let sound = try look(fixture)
    #expect(try #require(sound.score.measurements.first { $0.name == "icc-profile" }?.value) < 0.05)
    guard let place = fixture.indices.first(where: { fixture[$0...].starts(with: Array("ICC_PROFILE".utf8)) })
    else {
      Issue.record("the fixture has no profile")
      return
    }
    var damaged = fixture
    damaged[place + 12] = 7
    let (score, _, _) = try look(damaged, FileFindings(policies: [.polyglot: .allow]))
    #expect(score.value == 1)
    // What cannot be brought into one form must not pass as if it had been.
    let (canonical, _, _) = try look(
      damaged, FileFindings(policies: [.polyglot: .allow, .colourProfile: .canonicalise]))
    #expect(canonical.value == 1)
    let (allowed, _, _) = try look(damaged, FileFindings(policies: [.polyglot: .allow, .colourProfile: .allow]))
    #expect(allowed.value == 0)
  }

  @Test("the picture that is compared is handed on, but where the policies want another one")
  func comparedPicture() throws {
    func isGiven(_ bytes: [UInt8], _ policies: [FileSubject: FilePolicy] = [:]) throws -> Bool {
      let decoded = try ImageDecoder().decode(bytes.span, keeping: FileFindings.neededExtras)
      var look = try FileFindings(policies: policies).look(at: decoded, threshold: 0.08, preprocessor)
      guard let picture = look.picture.take() else { return false }
      let prepared = preprocessor.trappingApply(to: decoded.takePixels()).array
      #expect(picture.array == prepared)
      return true
    }
    let picture = PixelImage.noise(width: 24, height: 17, channels: .rgb)
    let profile = ICCProfiles.colour(gamma: 1.8)
    let profiled = try png(picture, chunks: Self.profile(profile))
    let transparent = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/rgba8.png"))
    let files: [(bytes: [UInt8], subject: FileSubject)] = [
      (try png(picture, chunks: gamma(2000)), .gamma), (profiled, .colourProfile), (transparent, .alpha),
    ]
    for (bytes, subject) in files {
      for policy in FilePolicy.allCases {
        #expect(try isGiven(bytes, [subject: policy]) == (policy != .canonicalise), "\(subject): \(policy)")
      }
      let others = FileSubject.allCases.filter { $0 != subject }
      let canonical = Dictionary(uniqueKeysWithValues: others.map { ($0, FilePolicy.canonicalise) })
      #expect(try isGiven(bytes, canonical), "\(subject)")
    }
    // Nothing is compared in a plain file.
    #expect(try !isGiven(picture.encodedAsPNG()))
  }

  @Test func aPolyglotIsFlaggedAndPlainFillingIsNot() throws {
    let image = try EncodedImages.jpeg()
    #expect(try look(image + [0, 0, 0]).score.value == 0)
    #expect(try look(image + Array("PK\u{3}\u{4}".utf8)).score.value == 1)
    let (_, refused, _) = try look(image + [0, 0], FileFindings(policies: [.trailingBytes: .reject]))
    #expect(refused == [.trailingBytes])
  }

  @Test func whatDecodersShowDifferentlyIsFlagged() throws {
    let fixture = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/progressive-420.jpg"))
    let scans = fixture.indices.dropLast().filter { fixture[$0] == 0xFF && fixture[$0 + 1] == 0xDA }
    #expect(try look(fixture).score.value == 0)
    #expect(try look(fixture[..<scans[2]] + [0xFF, 0xD9]).score.value == 1)
    let palette = EncodedImages.chunk("PLTE", [1, 2, 3])
    let indexes = EncodedImages.png([0, 9], width: 2, height: 1, colourType: 3, before: palette)
    #expect(try look(indexes).score.value == 1)
    let (_, refused, _) = try look(indexes, FileFindings(policies: [.paletteIndex: .reject]))
    #expect(refused == [.paletteIndex])
  }

  @Test("gray samples of 16 bits that hide a picture from some programs are measured")
  func deepSamples() throws {
    let hidden = EncodedImages.pngOf16Bits((0..<24 * 24).map { UInt16($0 % 256) }, width: 24)
    let (score, _, plain) = try look(hidden)
    #expect(try #require(score.value) > 0.3)
    #expect(score.measurements.map(\.name) == ["16-bit"])
    #expect(plain.allSatisfy { $0 == 0 })
    for policy in [FilePolicy.allow, .canonicalise] {
      let (passed, _, picture) = try look(hidden, FileFindings(policies: [.deepSamples: policy]))
      #expect(passed.value == 0 && picture == plain)
    }
    #expect(try look(hidden, FileFindings(policies: [.deepSamples: .reject])).refused == [.deepSamples])
    // Black and white are the same in both readings, and of colours every program keeps the high byte.
    let alike = EncodedImages.pngOf16Bits((0..<24 * 24).map { $0 % 7 == 0 ? 65_535 : 0 }, width: 24)
    #expect(try look(alike).score.value == 0)
    let fixtures = Repository.file("Tests/ImageCodecsTests/Fixtures")
    let colours = try look(try Repository.bytes("\(fixtures)/rgba16.png"), FileFindings(policies: [.alpha: .allow]))
    #expect(colours.score.value == 0 && colours.score.measurements.map(\.name) == ["alpha"])
  }

  @Test func whatSomeProgramsRefuseIsFlagged() throws {
    let (image, picture) = (try EncodedImages.jpeg(), try EncodedImages.png())
    var text = EncodedImages.chunk("tEXt", Array("Comment\0hello".utf8))
    text[text.count - 1] ^= 1
    let files: [[UInt8]] = [image[..<2] + [0xFF, 1] + image[2...], picture[..<33] + text + picture[33...]]
    for bytes in files {
      #expect(try look(bytes).score.value == 1)
      #expect(try look(bytes, FileFindings(policies: [.ambiguousForm: .allow])).score.value == 0)
    }
  }

  @Test(arguments: ["cmyk.jpg", "multiple.jpg", "orientation-6.jpg", "animation.png"])
  func subjectsWithoutADifferenceCountByTheirPolicy(name: String) throws {
    let bytes = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/\(name)"))
    let policies = { (policy: FilePolicy) in
      FileFindings(policies: Dictionary(uniqueKeysWithValues: FileSubject.allCases.map { ($0, policy) }))
    }
    #expect(try look(bytes, policies(.allow)).score.value == 0)
    #expect(try look(bytes, policies(.canonicalise)).score.value == 0)
    #expect(try look(bytes, policies(.flag)).score.value == 1)
    #expect(try !look(bytes, policies(.reject)).refused.isEmpty)
  }
}
