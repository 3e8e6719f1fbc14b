import Foundation
import Sluice
import TestSupport
import Testing

/// The library with a model, and beside the command.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct SignsTests {
  private static let path = Repository.file("Filters/signs.yaml")

  private static func image(_ folder: String) throws -> String {
    let folder = Repository.file("Samples/signs/\(folder)")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first)
    return "\(folder)/\(name)"
  }

  @Test func aCleanSignIsForwardedWithItsClass() async throws {
    let filter = try await Filter(contentsOf: Self.path)
    let verdict = try await filter.judge(try Repository.bytes(try Self.image("clean/test")))
    #expect(verdict.outcome == .clean)
    #expect(verdict.tensor?.form.shape == [1, 3, 64, 64])
    #expect(verdict.reason == "no detector's score is above its threshold")
    let prediction = try #require(verdict.prediction)
    #expect((0..<12).contains(prediction.classIndex))
    #expect(prediction.label != nil)
    #expect((0...1).contains(prediction.probability))
  }

  @Test(arguments: [
    (Filter.FlaggedImages.enforce, Verdict.Action.flagged, false), (.observe, .observed, true),
    (.sanitize, .sanitized, true),
  ])
  func anAttackedSignIsTreatedAsTheOptionsSay(
    _ flagged: Filter.FlaggedImages, _ action: Verdict.Action, _ isForwarded: Bool
  ) async throws {
    let filter = try await Filter(contentsOf: Self.path, options: .init(concurrency: 1, flagged: flagged))
    let verdict = try await filter.judge(try Repository.bytes(try Self.image("adversarial/pgd")))
    #expect(verdict.outcome == .adversarial)
    #expect(verdict.action == action)
    #expect((verdict.tensor != nil) == isForwarded)
    // As the guide answers.
    var program = Program()
    let status = await answering(filter, try Repository.bytes(try Self.image("adversarial/pgd")), &program)
    #expect(status == (isForwarded ? 200 : 422) && program.accepted.count == (isForwarded ? 1 : 0))
    let detector = try #require(verdict.detectors.first)
    #expect(detector.isFlagged)
    #expect(try #require(detector.score) > #require(detector.threshold))
    #expect(verdict.reason == "\(detector.name): \(detector.explanation)")
  }

  /// A filter opened here says what `sluice filter` writes, but for times and the image's name.
  @Test(arguments: ["clean/test", "adversarial/pgd", "adversarial/pgd-jpeg90"])
  func verdictsAreThoseOfTheCommand(_ folder: String) async throws {
    let image = try Self.image(folder)
    let command = try SluiceCommand.run(["filter", "-f", Self.path, "--format", "none", image])
    let filter = try await Filter(contentsOf: Self.path)
    let verdict = try await filter.judge(try Repository.bytes(image), source: image)
    let written = try #require(command.verdicts.first)
    let here = try #require(SluiceCommand.Result.verdicts(in: verdict.json).first)
    #expect(Set(written.keys) == Set(here.keys))
    for key in written.keys where key != "milliseconds" {
      #expect(written[key] as? NSObject == here[key] as? NSObject, "\(key)")
    }
  }

  @Test(.enabled(if: Requirements.hasCurl, "needs curl"))
  func theSampleServerAnswersByVerdicts() throws {
    let server = URL(filePath: SluiceCommand.path).deletingLastPathComponent().appending(path: "EmbeddingSample").path
    let script = Repository.file("Samples/embedding/run.sh")
    let result = try SluiceCommand.shell("'\(script)' '\(server)'")
    #expect(result.status == 0, "\(result.outputText)\(result.errors)")
    #expect(result.outputText.split(separator: "\n").count == 3)
  }
}
