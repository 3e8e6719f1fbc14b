import Foundation
import ImageCodecs
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct InspectCommandTests {
  private func sample(_ group: String) throws -> String {
    let folder = Repository.file("Samples/signs/\(group)")
    let first = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first
    return "\(folder)/\(try #require(first))"
  }

  @Test func theReportExplainsTheVerdict() throws {
    let result = try SluiceCommand.run(["inspect", "-f", Filters.signs, try sample("adversarial/carlini-wagner")])
    #expect(result.status == 1)
    for part in ["PNG 64×64", "bitDepth 5", "median 2", "prediction", "verdict: adversarial, flagged", "OpenVINO"] {
      #expect(result.outputText.contains(part), "\(part)")
    }
    // No colour codes where the output is no terminal.
    #expect(!result.outputText.contains("\u{1B}"))
  }

  @Test func jsonIsTheVerdictLine() throws {
    let result = try SluiceCommand.run(["inspect", "-f", Filters.signs, "--json", try sample("clean/test")])
    #expect(result.status == 0)
    let verdict = try #require(result.verdicts.first)
    #expect(verdict["verdict"] as? String == "clean")
    let detectors = try #require(verdict["detectors"] as? [[String: Any]])
    let detail = try #require(detectors.first?["detail"] as? [String: Any])
    #expect((detail["squeezers"] as? [[String: Any]])?.count == 2)
  }

  @Test func thePictureIsAContactSheet() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/sheet.png"
    _ = try SluiceCommand.run(
      ["inspect", "-f", Filters.signs, "--picture", path, try sample("adversarial/pgd")])
    let sheet = try Repository.bytes(path)
    let image = try ImageDecoder().decode(sheet.span)
    // The original, two versions, and what denoising takes away.
    #expect(image.pixels.size.width > 4 * 312)
    #expect(image.pixels.size.height > 2 * 192)
    // There is a picture: more than background and text.
    let decoded = try DecodedColours(sheet)
    #expect(decoded.count > 200)
  }

  @Test("- is standard output, which then holds the picture alone")
  func pictureOnStandardOutput() throws {
    let folder = try TemporaryFolder()
    let inspect = "cd '\(folder.path)' && \"$SLUICE\" inspect -f '\(Filters.signs)' --picture -"
    let shown = try SluiceCommand.shell("\(inspect) '\(try sample("adversarial/pgd"))'")
    let sheet = shown.output
    #expect(shown.status == 1 && sheet.starts(with: ImageFormat.png.signature), "\(shown.errors)")
    let image = try ImageDecoder().decode(sheet.span)
    #expect(image.pixels.size.width > 4 * 312)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let both = try SluiceCommand.shell("\(inspect) --json '\(try sample("adversarial/pgd"))'")
    #expect(both.status == 2 && both.output.isEmpty && both.errors.contains("both standard output"), "\(both.errors)")
  }

  @Test("a picture is not written under the ending of another kind", arguments: ["x.jpg", "x.PNG", "x", "x.1"])
  func otherEndings(name: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/\(name)"
    let result = try SluiceCommand.run(
      ["inspect", "-f", Filters.signs, "--picture", path, try sample("adversarial/pgd")])
    let isRefused = name == "x.jpg"
    #expect(result.status == (isRefused ? 2 : 1), "\(result.errors)")
    #expect(FileManager.default.fileExists(atPath: path) != isRefused)
    guard isRefused else { return }
    #expect(result.output.isEmpty && result.errors.contains("pictures are PNG files here, and not .jpg"))
    #expect(result.errors.contains("name a file that ends in .png with --picture"))
  }

  @Test func aDamagedImageIsExplained() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("cut.png", Array(try EncodedImages.png().dropLast(30)))
    let result = try SluiceCommand.run(["inspect", "-f", Filters.signs, path])
    #expect(result.status == 1)
    #expect(result.outputText.contains("truncated-image"))
    #expect(result.outputText.contains("\nverdict: rejected\n"), "\(result.outputText)")
    let picture = try SluiceCommand.run(["inspect", "-f", Filters.signs, "--picture", "\(folder.path)/x.png", path])
    #expect(picture.status == 1)
    #expect(picture.errors.contains("there is no picture to show"))
  }
}

/// The number of different colours in an image.
private struct DecodedColours {
  let count: Int

  init(_ encoded: [UInt8]) throws {
    let pixels = try ImageDecoder().decode(encoded.span).takePixels().array
    count = Set(stride(from: 0, to: pixels.count - 2, by: 3).map { Array(pixels[$0..<$0 + 3]) }).count
  }
}
