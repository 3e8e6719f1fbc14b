import Foundation
import TestSupport
import Testing

/// The command with a real classifier: the sample model, and ImageNet where the data is.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ClassifierTests {
  private static let samples = Repository.file("Samples/signs")

  private func verdicts(_ group: String) throws -> [[String: Any]] {
    let script =
      "find '\(Self.samples)/\(group)' -type f | sort | $SLUICE filter -f '\(Filters.signs)' --files-from - --format none"
    return try SluiceCommand.shell(script).verdicts
  }

  private func predictedClass(_ verdict: [String: Any]) -> Int? {
    (verdict["prediction"] as? [String: Any])?["class"] as? Int
  }

  @Test func cleanSamplesAreClassifiedAndForwarded() throws {
    let verdicts = try verdicts("clean/test")
    #expect(verdicts.count >= 80)
    let forwarded = verdicts.count { $0["action"] as? String == "forwarded" }
    #expect(Double(forwarded) / Double(verdicts.count) > 0.9)
    for verdict in verdicts {
      let source = try #require(verdict["source"] as? String)
      let label = try #require((verdict["prediction"] as? [String: Any])?["label"] as? String)
      #expect(source.contains("_\(label)."), "\(source) is taken for \(label)")
    }
  }

  @Test(arguments: ["fgsm", "pgd", "carlini-wagner", "pgd-jpeg90"])
  func attacksOnTheSamplesFoolTheClassifierAndAreFlagged(attack: String) throws {
    let verdicts = try verdicts("adversarial/\(attack)")
    #expect(verdicts.count >= 20)
    let flagged = verdicts.count { $0["action"] as? String == "flagged" }
    #expect(Double(flagged) / Double(verdicts.count) > 0.8)
    for verdict in verdicts {
      let source = try #require(verdict["source"] as? String)
      let label = try #require((verdict["prediction"] as? [String: Any])?["label"] as? String)
      #expect(source.contains("_as_\(label)_"), "\(source) is taken for \(label)")
    }
  }

  @Test func anObservingRunForwardsWhatItFlags() throws {
    let script = "$SLUICE filter -f '\(Filters.signs)' --format raw OBSERVE '\(Self.samples)'/adversarial/pgd/*"
    let enforced = try SluiceCommand.shell(script.replacing("OBSERVE", with: ""))
    let observed = try SluiceCommand.shell(script.replacing("OBSERVE", with: "--observe"))
    #expect(enforced.status == 1 && observed.status == 1)
    let verdicts = SluiceCommand.Result.verdicts(in: observed.errors)
    #expect(observed.output.count == verdicts.count * 3 * 64 * 64 * 4)
    #expect(enforced.output.count < observed.output.count)
    for verdict in verdicts where verdict["verdict"] as? String == "adversarial" {
      #expect(verdict["action"] as? String == "observed")
    }
  }

  @Test("without any environment the engine is found in the user's own folder", .enabled(if: Self.hasPlainPlaces))
  func emptyEnvironment() throws {
    let image = Repository.file("Samples/signs/clean/test/081_roundabout.png")
    let filter = Repository.file("Filters/signs.yaml")
    let result = try SluiceCommand.shell("env -i \(SluiceCommand.path) filter -f '\(filter)' --format none '\(image)'")
    #expect(result.status == 0, "\(result.errors)")
  }

  /// Whether the environment says nothing about where the engine lies.
  private static let hasPlainPlaces = ["SLUICE_OPENVINO", "SLUICE_DATA", "XDG_DATA_HOME"].allSatisfy {
    ProcessInfo.processInfo.environment[$0] == nil
  }

  @Test(.enabled(if: Repository.hasGoldenData, "needs the measurement data"))
  func theShippedFilterGivesATensorForEachPhotograph() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let filter = Repository.file("Filters/imagenet-mobilenet.yaml")
    let result = try SluiceCommand.shell(
      "cat '\(data)'/clean-jpeg/test/*.jpg | MODELS='\(data)' $SLUICE filter -f '\(filter)' --observe")
    var rest = result.output[...]
    var count = 0
    while !rest.isEmpty {
      #expect(try NumpyArray.next(in: &rest).shape == [1, 3, 224, 224])
      count += 1
    }
    #expect(count == 125)
    let verdicts = SluiceCommand.Result.verdicts(in: result.errors)
    // The budget is 5 %; its upper 99.9 % bound for 125 photographs is 16.
    #expect(verdicts.count { $0["verdict"] as? String == "adversarial" } <= 16)
  }

  @Test func theNumberOfWorkersChangesNothing() throws {
    let script = { (workers: Int) in
      "cat '\(Self.samples)'/clean/test/* | $SLUICE filter -f '\(Filters.signs)' --workers \(workers) 2>/dev/null"
    }
    let outputs = try [1, 2, 7].map { try SluiceCommand.shell(script($0)).output }
    #expect(!outputs[0].isEmpty)
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] == outputs[2])
  }

  @Test func withoutDetectorsThePredictionIsStillTold() throws {
    let folder = try TemporaryFolder()
    let text = Filters.signs(detectors: "[]").replacing("detectors: []", with: "")
    let filter = try folder.file("f.yaml", text)
    let result = try SluiceCommand.shell(
      "$SLUICE filter -f '\(filter)' --format none '\(Self.samples)'/clean/test/000*")
    #expect(result.status == 0)
    #expect(result.verdicts.first.flatMap(predictedClass) != nil)
  }

  @Test func logitsDeclaredAsProbabilitiesAreFoundAtTheStart() throws {
    let folder = try TemporaryFolder()
    let text = String(decoding: try Repository.bytes(Filters.signs), as: UTF8.self)
      .replacing("output: logits", with: "scores: probabilities").replacing("../", with: Repository.file("") + "/")
    let filter = try folder.file("f.yaml", text)
    let result = try SluiceCommand.shell(
      "$SLUICE filter -f '\(filter)' --format none '\(Self.samples)'/clean/test/000*")
    #expect(result.status == 2)
    #expect(result.errors.contains("looks like logits, not like probabilities"))
    #expect(result.output.isEmpty)
  }

  @Test(.enabled(if: Repository.hasGoldenData, "needs the measurement data"))
  func featureSqueezingAgreesWithTheReference() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let reference = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(filePath: "\(data)/reference-feature-squeezing.json")))
    let images = try #require((reference as? [String: Any])?["images"] as? [String: [String: Any]])
    #expect(images.count == 722)
    let folder = try TemporaryFolder()
    let list = try folder.file("list", images.keys.sorted().joined(separator: "\n"))
    let filter = Repository.file("Filters/imagenet-feature-squeezing.yaml")
    let result = try SluiceCommand.shell(
      "cd '\(data)' && $SLUICE filter -f '\(filter)' --define MODELS=. --files-from '\(list)' --format none")
    #expect(result.verdicts.count == 722)
    let keys = ["bitDepth 5": "l1_bit5", "median 2": "l1_med2", "nonLocalMeans 11-3-4": "l1_nlm11_3_4"]
    for verdict in result.verdicts {
      let expected = try #require(images[verdict["source"] as? String ?? ""])
      #expect(predictedClass(verdict) == expected["top1"] as? Int)
      let detail = (verdict["detectors"] as? [[String: Any]])?.first?["detail"] as? [String: Any]
      let squeezers = try #require(detail?["squeezers"] as? [[String: Any]])
      #expect(squeezers.count == 3)
      for squeezed in squeezers {
        let wanted = try #require(keys[squeezed["squeezer"] as? String ?? ""].flatMap { expected[$0] as? Double })
        let distance = try #require(squeezed["distance"] as? Double)
        #expect(abs(distance - wanted) <= 0.002, "\(verdict["source"] ?? "")")
      }
    }
  }
}
