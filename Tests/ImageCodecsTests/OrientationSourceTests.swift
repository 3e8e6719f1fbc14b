import ImageCodecs
import TestSupport
import Testing

/// Which of the places that may declare an orientation counts: expected values are those of Pillow 13.
struct OrientationSourceTests {
  /// An entry of a TIFF directory: tag, type, count, and the four bytes behind them.
  private typealias Entry = (tag: Int, type: Int, count: Int, field: [UInt8])

  /// One entry for the orientation, in the given byte order.
  private struct Number: Sendable, CustomTestStringConvertible {
    let type: Int
    var count = 1
    /// Most significant byte first, in units of which each is turned for little-endian files.
    let units: [[UInt8]]
    let applied: Bool

    var testDescription: String { "type \(type), count \(count), \(units)" }
  }

  private static let numbers = [
    Number(type: 3, units: [[0, 6]], applied: true), Number(type: 4, units: [[0, 0, 0, 6]], applied: true),
    Number(type: 6, units: [[6]], applied: true), Number(type: 8, units: [[0, 6]], applied: true),
    Number(type: 9, units: [[0, 0, 0, 6]], applied: true), Number(type: 13, units: [[0, 0, 0, 6]], applied: true),
    Number(type: 11, units: [[0x40, 0xC0, 0, 0]], applied: true),
    Number(type: 12, units: [[0x40, 0x18, 0, 0, 0, 0, 0, 0]], applied: true),
    Number(type: 16, units: [[0, 0, 0, 0, 0, 0, 0, 6]], applied: true),
    Number(type: 5, units: [[0, 0, 0, 6], [0, 0, 0, 1]], applied: true),
    Number(type: 10, units: [[0, 0, 0, 12], [0, 0, 0, 2]], applied: true),
    Number(type: 5, units: [[0, 0, 0, 6], [0, 0, 0, 0]], applied: false),
    Number(type: 3, count: 2, units: [[0, 6], [0, 1]], applied: true),
    Number(type: 3, count: 3, units: [[0, 6], [0, 1], [0, 1]], applied: true),
    Number(type: 3, count: 0, units: [[0, 6]], applied: false), Number(type: 1, units: [[6]], applied: false),
    Number(type: 7, units: [[6]], applied: false), Number(type: 2, count: 2, units: [[0x36], [0]], applied: false),
    Number(type: 11, units: [[0x40, 0xD0, 0, 0]], applied: false), Number(type: 99, units: [[0, 6]], applied: false),
  ]

  private func tiff(_ entries: [Entry], little: Bool, behind: [UInt8] = []) -> [UInt8] {
    func number(_ value: Int, _ bytes: Int) -> [UInt8] {
      let big = (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - $0))) }
      return little ? big.reversed() : big
    }
    let head = Array((little ? "II*\0" : "MM\0*").utf8) + number(8, 4) + number(entries.count, 2)
    return head + entries.flatMap { number($0.tag, 2) + number($0.type, 2) + number($0.count, 4) + $0.field }
      + [0, 0, 0, 0] + behind
  }

  private func tiff(_ number: Number, little: Bool) -> [UInt8] {
    let value = number.units.flatMap { little ? $0.reversed() : $0 }
    if value.count <= 4 {
      let field = value + [UInt8](repeating: 0, count: 4 - value.count)
      return tiff([(0x112, number.type, number.count, field)], little: little)
    }
    let place: [UInt8] = [0, 0, 0, 26]
    let field = little ? place.reversed() : place
    return tiff([(0x112, number.type, number.count, field)], little: little, behind: value)
  }

  private func upright(_ orientation: UInt8) -> [UInt8] {
    tiff([(0x112, 3, 1, [0, orientation, 0, 0])], little: false)
  }

  private static let exif = Array("Exif\0\0".utf8)

  private func segment(_ body: [UInt8]) -> [UInt8] {
    [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
  }

  private func jpeg(_ segments: [[UInt8]]) throws -> [UInt8] {
    let sound = try EncodedImages.jpeg()
    return sound[..<20] + segments.flatMap(segment) + sound[20...]
  }

  private func png(_ before: [UInt8], after: [UInt8] = []) throws -> [UInt8] {
    let sound = try EncodedImages.png()
    return sound[..<33] + before + sound[33..<(sound.count - 12)] + after + sound.suffix(12)
  }

  /// The orientation that is applied, and whether another one is named.
  private func found(_ bytes: [UInt8]) throws -> (applied: Int, other: Bool) {
    let decoded = try ImageDecoder().decode(bytes.span)
    let applied = Int(decoded.findings.first { $0.code == .orientation }?.value ?? 1)
    #expect((decoded.pixels.size.width < decoded.pixels.size.height) == (applied > 4))
    return (applied, decoded.findings.contains { $0.code == .otherOrientation })
  }

  @Test(arguments: numbers, [false, true])
  private func anyNumberIsAnOrientation(number: Number, little: Bool) throws {
    let tiff = tiff(number, little: little)
    #expect(try found(jpeg([Self.exif + tiff])).applied == (number.applied ? 6 : 1))
    #expect(try found(png(EncodedImages.chunk("eXIf", tiff))).applied == (number.applied ? 6 : 1))
  }

  @Test("EXIF data of any beginning is read as Pillow does, and what other readers may see in it is named")
  func beginningsOfTIFF() throws {
    for (beginning, little, applied) in [
      ("MM\0+", false, 6), ("MM*\0", false, 6), ("II\0*", true, 6), ("II+\0", true, 1), ("IIRO", true, 1),
      ("MM+\0", false, 1), ("abcd", false, 1), ("abcd", true, 1),
    ] {
      let field: [UInt8] = little ? [6, 0, 0, 0] : [0, 6, 0, 0]
      let sound = tiff([(0x112, 3, 1, field)], little: little)
      let found = try found(jpeg([Self.exif + Array(beginning.utf8) + sound[4...]]))
      #expect(found.applied == applied && found.other == (applied == 1), "\(beginning)")
    }
  }

  @Test func theFirstTagWithAValueCounts() throws {
    let (one, six): (Entry, Entry) = ((0x112, 3, 1, [0, 1, 0, 0]), (0x112, 3, 1, [0, 6, 0, 0]))
    let (none, outside): (Entry, Entry) = ((0x112, 3, 0, [0, 3, 0, 0]), (0x10F, 2, 10, [0, 0, 0x7F, 0]))
    let long: Entry = (0x10F, 2, 5000, [0, 0, 0x7F, 0])
    for (entries, applied, other) in [
      ([one, six], 1, true), ([six, one], 6, true), ([none, six], 6, true), ([long, six], 6, false),
      ([outside, six], 1, true),
    ] {
      let found = try found(jpeg([Self.exif + tiff(entries, little: false)]))
      #expect(found.applied == applied && found.other == other)
    }
  }

  @Test("a tag that is there a second time neither counts in the sum of sizes nor ends the directory")
  func repeatedTags() throws {
    let width: Entry = (0x100, 4, 1, [0, 0, 0, 16])
    let (long, outside): (Entry, Entry) = ((0x100, 4, 50_000, [0, 0, 0, 0]), (0x100, 4, 4, [0, 0, 0x7F, 0]))
    // Three values of six behind three entries.
    let six: Entry = (0x112, 3, 3, [0, 0, 0, 50])
    let values: [UInt8] = [0, 6, 0, 6, 0, 6]
    for (entries, applied) in [([width, long, six], 6), ([width, outside, six], 6), ([long, width, six], 1)] {
      let tiff = tiff(entries, little: false, behind: values)
      // Also where Pillow does not come to the orientation, it is named.
      #expect(try found(jpeg([Self.exif + tiff])) == (applied, applied == 1))
    }
    let unread = tiff([outside, width, six], little: false, behind: values)
    #expect(try found(jpeg([Self.exif + unread])) == (1, true))
    let fraction: Entry = (0x112, 5, 1, [0, 0, 0, 38])
    let beyond = tiff([outside, fraction], little: false, behind: [0, 0, 0, 12, 0, 0, 0, 2])
    #expect(try found(jpeg([Self.exif + beyond])) == (1, true))
  }

  @Test func signaturesAreTakenOffAsPillowDoes() throws {
    #expect(try found(jpeg([Self.exif + Self.exif + upright(6)])).applied == 6)
    #expect(try found(jpeg([Self.exif + Self.exif + Self.exif + upright(6)])).applied == 1)
    #expect(try found(png(EncodedImages.chunk("eXIf", Self.exif + upright(6)))).applied == 6)
    let other = try found(jpeg([Array("Exif\0".utf8) + [0xFF] + upright(6)]))
    #expect(other.applied == 1 && other.other)
  }

  @Test func severalSegmentsAreOneStructure() throws {
    let second = try found(jpeg([Self.exif + upright(3), Self.exif + upright(6)]))
    #expect(second.applied == 3 && second.other)
    let empty = try found(jpeg([Self.exif + tiff([], little: false), Self.exif + upright(6)]))
    #expect(empty.applied == 1 && empty.other)
    let tiff = upright(6)
    let halves = [Self.exif + tiff[..<13], Self.exif + tiff[13...]].map { Array($0) }
    #expect(try found(jpeg(halves)).applied == 6)
  }

  @Test func whatStandsBehindTheFirstScanDoesNotCount() throws {
    let sound = try Repository.bytes("\(DecodingTests.fixtures)/progressive-420.jpg")
    let scans = sound.indices.dropLast().filter { sound[$0] == 0xFF && sound[$0 + 1] == 0xDA }
    let bytes = sound[..<scans[1]] + segment(Self.exif + upright(3)) + sound[scans[1]...]
    let decoded = try ImageDecoder().decode(Array(bytes).span)
    let pixels = decoded.pixels.array
    #expect(decoded.findings.map(\.code) == [.exif, .otherOrientation])
    #expect(pixels == (try ImageDecoder().decode(sound.span).takePixels().array))
  }

  @Test func theLastChunkOfAPNGCounts() throws {
    let (three, six) = (EncodedImages.chunk("eXIf", upright(3)), EncodedImages.chunk("eXIf", upright(6)))
    #expect(try found(png(six + three)) == (3, true))
    #expect(try found(png(three, after: six)) == (6, true))
  }

  @Test func xmpCountsWhereExifHasNoTag() throws {
    let signature = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    for text in [#"<x tiff:Orientation="6"/>"#, "<tiff:Orientation>6</tiff:Orientation>"] {
      let xmp = signature + Array(text.utf8)
      let chunk = EncodedImages.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + Array(text.utf8))
      #expect(try found(jpeg([xmp])) == (6, false))
      #expect(try found(png(chunk)) == (6, false))
      #expect(try found(jpeg([xmp, Self.exif + tiff([], little: false)])) == (6, false))
      #expect(try found(jpeg([xmp, Self.exif + upright(1)])) == (1, true))
      #expect(try found(png(chunk + EncodedImages.chunk("eXIf", upright(3)))) == (3, true))
      #expect(try found(jpeg([xmp, Self.exif + Array("nothing at all".utf8)])).applied == 1)
    }
    // Readers of XML take this; Pillow does not.
    #expect(try found(jpeg([signature + Array("<x tiff:Orientation = '6'/>".utf8)])) == (1, true))
  }

  @Test func anXMPOrientationBehindManyWordsCounts() throws {
    let words = [String](repeating: "Orientation", count: 300).joined(separator: " ")
    let packet = Array("http://ns.adobe.com/xap/1.0/\0\(words)<x tiff:Orientation=\"6\"/>".utf8)
    #expect(try found(jpeg([packet])) == (6, false))
  }

  @Test func profilesWrittenAsTextCount() throws {
    let bytes = Self.exif + upright(6)
    let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    let text = Array("\nexif\n      \(bytes.count)\n\(digits.prefix(20))\n\(digits.dropFirst(20))\n".utf8)
    let keyword = Array("Raw profile type exif\0".utf8)
    let plain = EncodedImages.chunk("tEXt", keyword + text)
    let packed = EncodedImages.chunk("zTXt", keyword + [0] + EncodedImages.deflated(text))
    #expect(try found(png(plain)) == (6, false))
    #expect(try found(png(packed)) == (6, false))
    #expect(try found(png(packed + EncodedImages.chunk("eXIf", upright(1)))) == (1, true))
    #expect(try found(png(EncodedImages.chunk("tEXt", Array("Raw profile type APP1\0".utf8) + text))) == (1, true))
  }
}
