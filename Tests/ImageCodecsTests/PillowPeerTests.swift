import Foundation
import ImageCodecs
import TestSupport
import Testing

/// Pillow, with which the pixels are compared.
private enum Pillow {
  static let python: String? = {
    let environment = ProcessInfo.processInfo.environment
    let data = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? "")/.local/share"
    let python = "\(data)/sluice/peers/bin/python"
    let condition = "import PIL, numpy; assert int(PIL.__version__.split(\".\")[0]) >= 13"
    let found = try? SluiceCommand.shell("'\(python)' -c '\(condition)' 2>/dev/null")
    return found?.status == 0 ? python : nil
  }()
}

/// Every file of the collection beside the checkout, decoded by Pillow 13 and here.
@Suite(
  .enabled(if: Pillow.python != nil, "needs the Python package Pillow, of version 13"),
  .enabled(if: Repository.hasGoldenData, "needs ../shared"))
struct PillowPeerTests {
  /// What is meant to differ: files that Pillow decodes and that are refused here.
  private static let refused: [(why: String, names: [String])] = [
    ("not decoded: arithmetic coding", ["arith.jpg", "arith-prog.jpg"]),
    (
      "guessed pixels: restart markers do not stand where they must, or data is missing",
      [
        "dri-bogus.jpg", "rst-missing-one.jpg", "rst-wrong-number.jpg", "sof-height-bigger.jpg", "dim-taller.png",
        "apng-no-idat.png",
      ]
    ),
    ("no end: a file that was cut off", ["eoi-missing-junk.jpg", "iend-nocrc.png", "no-iend.png", "zlib-noadler.png"]),
    ("limits", ["prog-150-scans.jpg", "size-1x65500.jpg", "size-65500x1.jpg"]),
    (
      "what libpng calls an error, as browsers do",
      [
        "bad-type.png", "cm-1.png", "crc-idat.png", "crc-iend.png", "ihdr-14.png", "ihdr-second.png",
        "ihdr-twice.png", "jdat.png", "unknown-critical.png", "pal1-noplte.png", "pal1-plte-after-idat.png",
        "pal1-plte-not3.png", "pal1-two-plte.png", "pal2-noplte.png", "pal2-plte-after-idat.png",
        "pal2-plte-not3.png", "pal2-two-plte.png", "pal4-noplte.png", "pal4-plte-after-idat.png",
        "pal4-plte-not3.png", "pal4-two-plte.png", "pal8-noplte.png", "pal8-plte-after-idat.png",
        "pal8-plte-not3.png", "pal8-two-plte.png",
      ]
    ),
  ]

  /// Files that Pillow refuses and that are decoded here: libpng and libjpeg do so, and the pixels are not in doubt.
  private static let permitted: [(why: String, names: [String])] = [
    (
      "damaged metadata is passed over, with a finding",
      [
        "apng-actl-short.png", "apng-fctl-size-wrong.png", "crc-anc.png", "crc-gama.png", "crc-trns-pal.png",
        "crc-trns.png", "exif-crc.png", "gama-short.png", "iccp-nocomp.png", "rgb16-trns-short.png",
        "rgb8-trns-short.png",
      ]
    ),
    (
      "text and profiles that are not inflated",
      ["iccp-bomb.png", "itxt-bomb.png", "ztxt-100-bombs.png", "ztxt-bomb.png"]
    ),
    ("a marker that libjpeg passes over", ["tem-before-dqt.jpg"]),
  ]

  /// Files of which other pixels are taken: the default image of a PNG, and not an animation's first frame; and what
  /// versions of libjpeg make up for missing scans, which is a finding.
  private static let different = ["apng-fdat-first.png", "prog-dc-only.jpg"]

  @Test(arguments: ["jpeg", "png"])
  func pixelsAreThoseOfPillow(kind: String) throws {
    let python = try #require(Pillow.python)
    let folder = try #require(Repository.sharedData) + "/cases/\(kind)"
    let script = Repository.file("Tests/ImageCodecsTests/Peers/pillow_pixels.py")
    let output = try SluiceCommand.shell("'\(python)' '\(script)' '\(folder)'/*")
    let lines = String(decoding: output.output, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t").map(String.init)
    }
    #expect(lines.count > 100)
    let refused = Set(Self.refused.flatMap(\.names))
    let permitted = Set(Self.permitted.flatMap(\.names))
    for line in lines {
      let (name, theirs) = (line[0], line.count > 2 ? Array(line[1...]) : nil)
      let ours = try decoded("\(folder)/\(name)")
      switch (ours, theirs) {
      case (nil, nil): continue
      case (nil, _?): #expect(refused.contains(name), "\(name) is refused")
      case (_?, nil): #expect(permitted.contains(name), "\(name) is decoded")
      case (let ours?, let theirs?): #expect(ours == theirs || Self.different.contains(name), "\(name)")
      }
      #expect(!refused.contains(name) || ours == nil, "\(name) is decoded now")
    }
  }

  /// Width, height, channels and CRC-32 of the pixels; `nil` for a refused file.
  private func decoded(_ path: String) throws -> [String]? {
    let bytes = try Repository.bytes(path)
    guard let pixels = try? ImageDecoder().decode(bytes.span).takePixels() else { return nil }
    let (size, samples) = (pixels.size, pixels.array)
    return ["\(size.width)", "\(size.height)", "\(pixels.channels.rawValue)", "\(crc32(samples.span))"]
  }
}
