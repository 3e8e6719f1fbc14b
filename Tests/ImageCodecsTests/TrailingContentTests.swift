import ImageCodecs
import TestSupport
import Testing

struct TrailingContentTests {
  private func contents(_ trailing: [UInt8]) throws -> [TrailingContent] {
    let bytes = try EncodedImages.png() + trailing
    return try ImageDecoder().decode(bytes.span).findings.first { $0.code == .polyglot }?.contents ?? []
  }

  @Test func anArchiveFarBehindThePictureIsFound() throws {
    let filling = [UInt8](repeating: 0xFF, count: 1_500_000)
    let bytes = try EncodedImages.png() + filling + Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18)
    let findings = try ImageDecoder().decode(bytes.span).findings
    #expect(findings.first { $0.code == .polyglot }?.contents == [.zip])
  }

  @Test func chanceWritesNoPolyglots() throws {
    var random = RepeatableRandom(seed: 4)
    let image = try EncodedImages.png()
    for _ in 0..<5 {
      let bytes = image + (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try !ImageDecoder().decode(bytes.span).findings.contains { $0.code == .polyglot })
    }
  }

  @Test(arguments: [
    ("PK\u{3}\u{4}rest", [TrailingContent.zip]), ("  %PDF-1.7", [.pdf]), ("<HTML><ScRipt>", [.html]),
    ("nothing of note", []), ("#!/bin/sh", [.program]), ("GIF89a", [.picture]), ("<svg PK\u{5}\u{6}", [.zip, .html]),
  ])
  func trailingFilesAreNamed(text: String, contents: [TrailingContent]) throws {
    for image in [try EncodedImages.png(), try EncodedImages.jpeg()] {
      let findings = try ImageDecoder().decode((image + Array(text.utf8)).span).findings
      #expect(findings.first { $0.code == .trailingBytes }?.count == text.utf8.count)
      #expect(findings.first { $0.code == .polyglot }?.contents ?? [] == contents, "\(text)")
    }
  }

  /// What chance writes into a mebibyte of video once in a few hundred times.
  private static let chance: [[UInt8]] =
    [0xDB, 0xC0, 0xE0, 0xE7, 0xFE].map { [0xFF, 0xD8, 0xFF, $0] }
    + [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], Array("<sVg".utf8), [0x7F, 0x45, 0x4C, 0x46]]

  @Test("four bytes in the middle of a video are no file", arguments: chance)
  func signaturesByChance(signature: [UInt8]) throws {
    let video: [UInt8] = [0, 0, 0, 24] + Array("ftypmp42".utf8)
    let noise = (0..<70_000).map { UInt8(truncatingIfNeeded: ($0 * $0) >> 7) | 0x80 }
    #expect(try contents(video + noise) == [])
    #expect(try contents(video + signature + noise) == [])
  }

  @Test("a JPEG is found wherever it begins, and whatever it begins with", arguments: [0, 1000, 1_500_000])
  func secondPictures(zeros: Int) throws {
    let sound = try EncodedImages.jpeg()
    let comment: [UInt8] = [0xFF, 0xFE, 0, 4, 0x68, 0x69]
    let pictures: [[UInt8]] = [
      sound, sound[..<2] + comment + sound[2...], Array(sound[..<2] + sound[20...]),
      sound[..<2] + comment + [0xFF] + sound[2...], sound[..<2] + comment + [0, 0] + sound[2...],
      sound[..<2] + [0xFF] + sound[2...],
    ]
    for picture in pictures {
      #expect(try contents([UInt8](repeating: 0, count: zeros) + picture) == [.picture])
      #expect(try contents(Array("some words ".utf8) + picture) == [.picture])
    }
  }

  @Test(
    "only JPEGs pass for the further pictures that a Multi-Picture index announces",
    arguments: ["MPF\0", "MPF\0II", "MPF\0II*\0", "MPF\0MM\0*"])
  func announcedPictures(index: String) throws {
    let sound = try EncodedImages.jpeg()
    let isIndex = index.utf8.count == 8
    let segment: [UInt8] = [0xFF, 0xE2, 0, UInt8(2 + index.utf8.count)] + Array(index.utf8)
    let picture: [UInt8] = sound[..<2] + segment + sound[2...]
    let (png, gif) = (try EncodedImages.png(), Array("GIF89a".utf8))
    let files: [(trailing: [UInt8], isPolyglot: Bool)] = [
      (sound, !isIndex), (png, true), (gif, true), (sound + png, true), (sound + gif, true),
    ]
    for (trailing, isPolyglot) in files {
      let findings = try ImageDecoder().decode((picture + trailing).span).findings
      #expect(findings.contains { $0.code == .polyglot && $0.contents == [.picture] } == isPolyglot)
      #expect(findings.contains { $0.code == .multiplePictures } == isIndex)
    }
  }

  @Test("a member of a ZIP is found behind other bytes, though the end of the archive is missing")
  func memberOfAnArchive() throws {
    let member = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0] + [UInt8](repeating: 0, count: 16) + [1, 0, 0, 0, 0x61]
    #expect(try contents(Array("words".utf8) + member) == [.zip])
  }
}
