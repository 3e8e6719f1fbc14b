import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Lists, references and seeded squeezers, as users meet them.
struct BenchTests {
  private static let head = """
    version: 1
    name: bench
    preprocess: [{resize: {shorterSide: 32, filter: bilinear}}, {centerCrop: 24}]
    tensor: {layout: nchw, type: uint8}
    """

  @Test(arguments: ["squeezers", "detectors"])
  func listsNameEverythingForPeopleAndMachines(list: String) throws {
    let text = try SluiceCommand.run([list])
    let json = try SluiceCommand.run([list, "--json"])
    #expect(text.status == 0 && json.status == 0 && text.errors.isEmpty && json.errors.isEmpty)
    let entries = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
    let names = try entries.map { try #require($0["name"] as? String) }
    let headings = text.outputText.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map(String.init)
    #expect(!names.isEmpty && names == headings)
    for entry in entries {
      #expect((entry["source"] as? String)?.isEmpty == false, "\(entry)")
    }
  }

  private func cleanImages(_ count: Int, in folder: TemporaryFolder) throws -> [String] {
    try (0..<count).map { index in
      var random = RepeatableRandom(seed: UInt64(index))
      let picture = PixelImage(
        (0..<48 * 40).flatMap { pixel -> [UInt8] in
          let noise = UInt8.random(in: 0...UInt8(4 + index % 5), using: &random)
          let base = UInt8((pixel % 48) * (2 + index % 3)) &+ UInt8(pixel / 48)
          return [base &+ noise, base, base &+ noise / 2]
        }, width: 48, height: 40, channels: .rgb)
      return try folder.file("clean-\(index).png", try picture.encodedAsPNG())
    }
  }

  @Test func aReferenceIsFittedAndUsed() throws {
    let folder = try TemporaryFolder()
    let filter = try folder.file(
      "f.yaml", Self.head + "\ndetectors: [{naturalStatistics: {reference: clean.json, threshold: 6}}]")
    let images = try cleanImages(40, in: folder)
    let damaged = try folder.file("damaged.png", Array(try EncodedImages.png().dropLast(20)))
    let reference = "\(folder.path)/clean.json"
    let missing = try SluiceCommand.run(["filter", "-f", filter, images[0]])
    #expect(missing.status == 2 && missing.errors.contains("clean.json"))
    let fitted = try SluiceCommand.run(["reference", "-f", filter, "-o", reference] + images + [damaged])
    #expect(fitted.status == 1 && fitted.errors.contains("damaged.png left out"))
    let shown = try SluiceCommand.run(["reference", "-f", filter, "-o", "-"] + images)
    #expect(try shown.status == 0 && shown.output == Repository.bytes(reference))
    let clean = try SluiceCommand.run(
      ["filter", "-f", filter, "--format", "none", "--verdicts", "-", images[3]])
    #expect(clean.status == 0, "\(clean.errors)")
    let noise = try folder.file("noise.png", try EncodedImages.png(width: 48, height: 40))
    let flagged = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", "--verdicts", "-", noise])
    #expect(flagged.status == 1, "\(flagged.outputText)")
    let few = try SluiceCommand.run(["reference", "-f", filter, "-o", reference] + images[..<5])
    #expect(few.status == 2 && few.errors.contains("at least 30"))
    let lost = try SluiceCommand.run(["reference", "-f", filter, "-o", "\(folder.path)/missing/r.json", damaged])
    #expect(lost.status == 2 && lost.errors.contains("there is no folder") && !lost.errors.contains("left out"))
    let broken = try folder.file("clean.json", "{}")
    #expect(try SluiceCommand.run(["filter", "-f", filter, broken]).status == 2)
  }

  @Test func filesThatAFilterNamesAreNotWrittenTo() throws {
    let folder = try TemporaryFolder()
    let filter = try folder.file("f.yaml", Self.head + "\nsecret: secret.bin\nforward: {squeezed: randomResizePad}")
    let secret = try folder.file("secret.bin", "a secret of the operator, 32 byt")
    let image = try folder.file("a.png", try EncodedImages.png(width: 50, height: 50))
    for arguments in [
      ["filter", "-f", filter, "-o", secret, image],
      ["filter", "-f", filter, "--verdicts", secret, "--format", "none", image],
      ["inspect", "-f", filter, "--picture", secret, image], ["reference", "-f", filter, "-o", secret, image],
    ] {
      let result = try SluiceCommand.run(arguments)
      #expect(result.status == 2 && result.errors.contains("used for two things"), "\(arguments[0]): \(result.errors)")
      #expect(result.output.isEmpty)
    }
    #expect(try Repository.bytes(secret) == Array("a secret of the operator, 32 byt".utf8))
  }

  @Test func aSecretMakesChanceReplayable() throws {
    let folder = try TemporaryFolder()
    let filter = try folder.file(
      "f.yaml", Self.head + "\nsecret: secret.bin\nforward: {squeezed: randomResizePad}")
    let image = try folder.file("a.png", try EncodedImages.png(width: 50, height: 50))
    let other = try folder.file("b.png", try EncodedImages.png(width: 50, height: 50, seed: 2))
    func tensor(_ path: String) throws -> [UInt8] {
      try SluiceCommand.run(["filter", "-f", filter, "--format", "raw", path]).output
    }
    #expect(try SluiceCommand.run(["filter", "-f", filter, image]).errors.contains("secret.bin"))
    _ = try folder.file("secret.bin", "too short")
    #expect(try SluiceCommand.run(["filter", "-f", filter, image]).errors.contains("at least 16 are needed"))
    _ = try folder.file("secret.bin", "a secret of the operator, 32 byt")
    let first = try tensor(image)
    #expect(first.count == 24 * 24 * 3)
    #expect(try tensor(image) == first && tensor(other) != first)
    _ = try folder.file("secret.bin", "another secret of the operator..")
    #expect(try tensor(image) != first)
  }
}
