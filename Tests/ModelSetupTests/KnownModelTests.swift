import Classifiers
import Files
import FilterPipeline
import Foundation
import ImageCodecs
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Models that nobody wrote for these tests: `init` finds how each takes pictures, or says that it is not sure.
///
/// Fixtures/install_models.sh fetches two of them; the others come with `../shared` and `Samples/install.sh --imagenet`.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct KnownModelTests {
  private static let installed = Requirements.dataFolder
  private static let shared = (Repository.sharedData ?? "nowhere") + "/eval/imagenet"

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private struct Known {
    let description: ModelDescription
    let classifier: ClassifierDescription
    let preparation: ChosenPreparation

    var range: [Float]? { preparation.normalisation.map { $0.value.mean + $0.value.standardDeviation } }
    /// Of the first table that was tried.
    var accuracy: Double { preparation.trials.first?.best.accuracy ?? 0 }
  }

  private static func examined(_ path: String, _ photographs: String, count: Int) throws -> Known {
    let probe = try ModelProbe(path: path, environment: ProcessInfo.processInfo.environment)
    var examination = ModelExamination(probe)
    examination.isThorough = false
    let description = try examination.description()
    let classifier = try #require(description.classifier, "\(description.refusal?.message ?? "")")
    let classes = PathClasses(classCount: classifier.output.classCount)
    let found = ModelSurroundings(modelPath: path).preparation(size: classifier.input.fixedSize)
    let choice = PreparationChoice(
      probe, classifier, found: found,
      photographs: try TrialPhotographs([RawPath(photographs)], count: count) { classes($0) })
    return Known(description: description, classifier: classifier, preparation: try choice.chosen())
  }

  @Test(
    "classifiers of ImageNet take RGB in [−1, 1]",
    .enabled(if: exists(shared), "needs the photographs in ../shared"),
    arguments: [
      ("\(shared)/mobilenet_v2.onnx", 0.8), ("\(shared)/auxiliary_mobilenet_v1.onnx", 0.65),
      ("\(shared)/efficientnet_lite0.onnx", 0.8), ("\(installed)/imagenet/efficientnet-lite0.xml", 0.8),
      ("\(installed)/models/efficientnet-lite2.xml", 0.8),
    ].filter { exists($0.0) })
  func imageNet(path: String, accuracy: Double) throws {
    let known = try Self.examined(path, "\(Self.shared)/clean-jpeg/calibrate", count: 24)
    #expect(known.classifier.output.classCount == 1000 && known.classifier.output.kind == .logits)
    #expect(known.preparation.order == Choice(.rgb, .tried(isClear: true)))
    #expect(known.range == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    #expect(known.accuracy >= accuracy)
  }

  @Test(
    "Open NSFW takes NHWC and samples less a mean, which photographs of one kind do not make sure",
    .enabled(
      if: exists("\(installed)/models/open_nsfw.onnx") && exists(shared),
      "needs Fixtures/install_models.sh and ../shared"))
  func openNSFW() throws {
    let known = try Self.examined(
      "\(Self.installed)/models/open_nsfw.onnx", "\(Self.shared)/clean-jpeg/calibrate", count: 24)
    #expect(known.classifier.output.classCount == 2)
    #expect(known.classifier.input.layout == .nhwc)
    #expect(known.preparation.order.reason == .tried(isClear: false), "none of the photographs is unsafe")
    #expect(known.preparation.trials.first?.measure == .information)
  }

  /// Handwritten digits of scikit-learn, which Fixtures/make_digits.py made a sheet of, in files that are called by them.
  private static func digits() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let bytes = try Repository.bytes(Repository.file("Tests/ModelSetupTests/Fixtures/digits.png"))
    let sheet = try ImageDecoder().decode(bytes.span).takePixels()
    let samples = sheet.array
    let depth = sheet.channels.rawValue
    for row in 0..<40 {
      for column in 0..<20 {
        let digit = (0..<64).map { samples[((row * 8 + $0 / 8) * 160 + column * 8 + $0 % 8) * depth] }
        guard digit.contains(where: { $0 > 0 }) else { continue }
        try folder.file(
          "\(row / 4)_\(row % 4 * 20 + column).png",
          PixelImage(digit, width: 8, height: 8, channels: .gray).encodedAsPNG())
      }
    }
    return folder
  }

  @Test("a small network for digits takes gray levels from 0 to 16")
  func smallNetwork() throws {
    let folder = try Self.digits()
    let known = try Self.examined(
      Repository.file("Tests/ModelSetupTests/Fixtures/digits.onnx"), folder.path, count: 128)
    #expect(known.classifier.input.channels == .gray && known.classifier.output.classCount == 10)
    #expect(known.preparation.order.value == .gray)
    #expect(known.range == [0, 0.0625])
    #expect(known.accuracy > 0.85)
    #expect(
      known.preparation.steps.value == [.resizeShorterSide(8, .bilinear), .centerCrop(PixelSize(width: 8, height: 8))])
  }
}
