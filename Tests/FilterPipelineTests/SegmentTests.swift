import Files
import FilterPipeline
import TestSupport
import Testing

/// What stands in the segments of a JPEG, between images, and what only looks like an image.
struct SegmentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inputs(_ bytes: [UInt8]) throws -> [EncodedInput] {
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", bytes)), name: "stream", limit: 100_000)
    var all: [EncodedInput] = []
    while let input = try inputs.next() { all.append(input) }
    return all
  }

  /// A segment put behind the start marker of an image.
  private func inserting(_ content: [UInt8], as marker: UInt8, into image: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return image.prefix(2) + [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content + image.dropFirst(2)
  }

  private static let image = (try? EncodedImages.jpeg(seed: 1)) ?? []
  private static let other = (try? EncodedImages.jpeg(seed: 2)) ?? []
  private static let picture = (try? EncodedImages.png(seed: 3)) ?? []

  @Test(
    "whatever a comment or an application segment holds, the image around it is one input",
    arguments: [
      Array("see ".utf8) + [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array(" there".utf8), [0xFF, 0xD8, 0xFF],
      Array("a thumbnail ".utf8) + other, other, picture,
    ], [0xFE, 0xE0, 0xE1, 0xE2, 0xED] as [UInt8])
  func contentOfSegments(content: [UInt8], marker: UInt8) throws {
    let image = inserting(content, as: marker, into: Self.image)
    #expect(try inputs(image + Self.other + image).map(\.bytes) == [image, Self.other, image])
  }

  @Test(
    "an application segment may end in a start marker",
    arguments: [[0xFF, 0xD8], [0x41, 0xFF, 0xD8], [UInt8](repeating: 0x41, count: 12) + [0xFF, 0xD8]],
    [0xE0, 0xE1, 0xE2, 0xED] as [UInt8])
  func startMarkerAtTheEnd(content: [UInt8], marker: UInt8) throws {
    let image = inserting(content, as: marker, into: Self.image)
    #expect(try inputs(image + Self.other + image).map(\.bytes) == [image, Self.other, image])
  }

  @Test("an image that was cut off inside a comment costs itself alone")
  func cutComment() throws {
    let commented = inserting([UInt8](repeating: 0x41, count: 300), as: 0xFE, into: Self.image)
    for length in 7..<300 {
      let found = try inputs(commented[..<length] + Self.other + Self.picture)
      #expect(found.map(\.bytes) == [Array(commented[..<length]), Self.other, Self.picture], "\(length)")
    }
  }

  /// Bytes that decoders pass over, behind a segment.
  private static let padding: [[UInt8]] = [
    [0, 0], [0x41], [0, 0xFF, 0, 0], [0xFF, 0xD3], [0xFF, 1], [7, 0xFF, 0xFF], [UInt8](repeating: 0, count: 65),
    [UInt8](repeating: 0, count: 4000), [0] + [UInt8](repeating: 0xFF, count: 70),
  ]

  @Test("an end marker behind padding ends its image")
  func paddingBeforeTheEnd() throws {
    let sound = Self.image
    let thumbnail = inserting(Array("a thumbnail ".utf8) + Self.other, as: 0xE1, into: sound)
    let segment = thumbnail[2..<(thumbnail.count - sound.count + 2)]
    let image = Array(sound.dropLast(2)) + segment + [0, 0] + sound.suffix(2)
    #expect(try inputs(image + Self.other).map(\.bytes) == [image, Self.other])
  }

  @Test(
    "padding behind a segment leaves an image whole, with its thumbnail", arguments: padding,
    [0xE1, 0xFE] as [UInt8])
  func paddingBehindASegment(padding: [UInt8], marker: UInt8) throws {
    for content in [Array("a thumbnail ".utf8) + Self.other, Self.picture, Array("none".utf8)] {
      let sound = inserting(content, as: marker, into: Self.image)
      let end = 2 + 4 + content.count
      let image = Array(sound[..<end]) + padding + sound[end...]
      #expect(try inputs(image + Self.other + image).map(\.bytes) == [image, Self.other, image])
    }
  }

  @Test("an image that was cut off between padding and a marker costs itself alone", arguments: [0, 1, 2, 40])
  func cutBehindPadding(length: Int) throws {
    let content = Array("a thumbnail ".utf8) + Self.picture
    let sound = inserting(content, as: 0xE1, into: Self.image)
    let cut = Array(sound[..<(6 + content.count)]) + [UInt8](repeating: 0x41, count: length)
    let found = try inputs(cut + Self.other + Self.picture + cut + Self.picture)
    #expect(found.suffix(1).map(\.bytes) == [Self.picture])
    #expect(found.map(\.bytes).contains(Self.other))
  }

  @Test("a length that leads past padding into the next image costs its own image alone")
  func lengthIntoTheNextImage() throws {
    // The next image has long segments, and the length ends shortly before the marker behind one of them.
    let next = inserting([UInt8](repeating: 0x41, count: 400), as: 0xE5, into: Self.other)
    let head: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1, 0, 0] + Array("cut off".utf8)
    for short in 1...64 {
      var cut = head
      let length = head.count - 4 + 2 + 4 + 400 - short
      (cut[4], cut[5]) = (UInt8(length >> 8), UInt8(length & 255))
      let found = try inputs(cut + next + Self.picture)
      #expect(found.map(\.bytes) == [cut, next, Self.picture], "\(short)")
    }
  }

  @Test(
    "whole images behind one whose long segment is cut off are inputs of their own",
    arguments: [[], [0, 0], [0x0D, 0x0A], [0xFF, 0xFF]] as [[UInt8]])
  func imagesBehindALongSegment(padding: [UInt8]) throws {
    let images = [Self.other, Self.image, Self.other, Self.image]
    let last = inserting([UInt8](repeating: 0x41, count: 400), as: 0xE5, into: Self.image)
    let between = images.flatMap { $0 + padding }
    let thumbnail = Array("a thumbnail ".utf8) + Self.other + Array("behind it".utf8)
    for content in [Array("cut off".utf8), thumbnail] {
      // The length leads to shortly before a marker of the last image.
      let length = 2 + content.count + between.count + 2 + 4 + 390
      let cut = [0xFF, 0xD8, 0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + content
      let found = try inputs(cut + between + last + Self.picture)
      #expect(found.map(\.bytes) == [cut] + images + [last, Self.picture])
    }
  }

  @Test("fill bytes between images, and behind padding, are passed over")
  func fill() throws {
    let fill = [UInt8](repeating: 0xFF, count: 7)
    let stream = fill + Self.image + fill + Self.picture + [0, 10] + fill + Self.other + fill
    let found = try inputs(stream)
    #expect(found.map(\.bytes) == [Self.image, Self.picture, Self.other])
  }

  @Test("nothing but fill is passed over")
  func fillBeforeJunk() throws {
    let found = try inputs(Self.image + [0xFF, 0xFF, 0xFF, 0x41, 0x42] + Self.other)
    #expect(found.map(\.bytes) == [Self.image, [0xFF, 0x41, 0x42], Self.other])
  }

  private func part(_ image: [UInt8], boundary: String, lines: [String], lineBreak: String = "\r\n") -> [UInt8] {
    Array((["--" + boundary] + lines + ["", ""]).joined(separator: lineBreak).utf8) + image + Array(lineBreak.utf8)
  }

  @Test(
    "the headers of a multipart stream are passed over",
    arguments: [
      ["Content-type: image/jpeg", "Content-length: 4082"],
      ["CONTENT-LENGTH: 7", "X-Timestamp: 1.5", "content-type:image/png"],
    ], ["\r\n", "\n"])
  func partHeaders(lines: [String], lineBreak: String) throws {
    let images = [Self.image, Self.picture, Self.other]
    let parts = images.flatMap { part($0, boundary: "ffmpeg", lines: lines, lineBreak: lineBreak) }
    for end in ["", "--ffmpeg--", "--ffmpeg--\r\n"] {
      let found = try inputs(parts + Array(end.utf8))
      #expect(found.map(\.bytes) == images)
      #expect(found.allSatisfy { $0.problem == nil })
    }
  }

  /// Six bytes of an image whose first segment is as long as it says.
  private func beginning(_ marker: UInt8, length: Int) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, marker, UInt8(length >> 8), UInt8(length & 255)]
  }

  /// The way from behind a length to a place in the scan of the part that comes behind so many others.
  private func wayIntoScan(behind count: Int, of parts: [[UInt8]]) -> Int {
    parts[..<count].reduce(0) { $0 + $1.count } + parts[count].count - 100
  }

  @Test(
    "a frame of a multipart stream whose length leads into a later one costs itself alone", arguments: [1, 2, 5, 20],
    [0xE1, 0xED, 0xFE] as [UInt8])
  func longSegmentBeforeParts(count: Int, marker: UInt8) throws {
    let frames = (0..<30).map { $0 % 2 == 0 ? Self.image : Self.other }
    let lines = ["Content-type: image/jpeg", "Content-length: 4082"]
    let parts = frames.map { part($0, boundary: "ffmpeg", lines: lines) }
    // The length counts itself, and a line break stands behind it.
    let cut = beginning(marker, length: 2 + 2 + wayIntoScan(behind: count, of: parts))
    let found = try inputs(part(cut, boundary: "ffmpeg", lines: lines) + parts.flatMap { $0 })
    #expect(found.dropFirst().map(\.bytes) == frames)
  }

  @Test("whatever stands between images behind one whose length leads past them, they are inputs from the second on")
  func longSegmentBeforeJunk() throws {
    let frames = (0..<30).map { $0 % 2 == 0 ? Self.image : Self.other }
    let parts = frames.map { $0 + Array("junk".utf8) }
    let found = try inputs(beginning(0xE1, length: 2 + wayIntoScan(behind: 20, of: parts)) + parts.flatMap { $0 })
    #expect(found.filter { $0.problem == nil }.map(\.bytes).suffix(29) == frames.dropFirst())
  }

  @Test(
    "what only looks like a header is an input of its own, whole",
    arguments: [
      "--", "--\r\n", "--b\r\n\r\n", "--b\r\nContent-type: text/plain\r\n\r\n",
      "--b\r\nContent-type image/jpeg\r\n\r\n",
      "--b\r\nContent-type: image/jpeg\r\n", "--b\r\nContent-type: image/jpeg\u{1}\r\n\r\n", "--b--\r\n", "-b\r\n",
      "--b\rContent-type: image/jpeg\r\r", "--b\r\n: image/jpeg\r\n\r\n",
      "--\(String(repeating: "b", count: 71))\r\nContent-type: image/jpeg\r\n\r\n",
      "--b\r\n\(String(repeating: "a: b\r\n", count: 40))Content-type: image/jpeg\r\n\r\n",
    ])
  func noPartHeaders(text: String) throws {
    let found = try inputs(Self.image + Array(text.utf8) + Self.other)
    #expect(found.map(\.bytes) == [Self.image, Array(text.utf8), Self.other])
  }
}
