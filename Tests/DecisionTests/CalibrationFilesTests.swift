import Common
import Decision
import Foundation
import TestSupport
import Testing

/// The calibration files beside the shipped filters, and how strata with the same images are written.
struct CalibrationFilesTests {
  static let shipped: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Repository.file("Filters"))) ?? []
    return names.filter { $0.hasSuffix(".calibration.json") }.sorted()
  }()

  /// What is kept with the sources.
  private static let largest = 2_000_000

  @Test func thereAreSome() { #expect(Self.shipped.count == 9) }

  @Test("a shipped calibration is what the program writes, and of a size that a checkout can bear", arguments: shipped)
  func isWrittenAsItIs(name: String) throws {
    let bytes = try Repository.bytes(Repository.file("Filters/\(name)"))
    #expect(bytes.count <= Self.largest)
    #expect(try Array(Calibration(json: bytes).json.indentedText.utf8) == bytes)
  }

  @Test("the page of filters has the groups and the detections of the calibration that it speaks of")
  func pageSaysTheSame() throws {
    let name = "imagenet-mobilenet"
    let calibration = try Calibration(json: Repository.bytes(Repository.file("Filters/\(name).calibration.json")))
    let page = String(decoding: try Repository.bytes(Repository.file("Filters/README.md")), as: UTF8.self)
    let detections = try #require(calibration.exits?.certificate.counts.detections)
    #expect(page.replacing(",", with: "").contains("the \(detections) detections of\n`\(name).yaml`"))
    #expect(calibration.groups.count == 5)
    #expect(page.contains("| `\(name).yaml` | MobileNetV2 on ImageNet with a second model: five groups of witnesses"))
  }

  private static func distribution(_ scores: [Double]) -> CleanDistribution { CleanDistribution(scores.map { $0 }) }

  /// A calibration whose fused scores have these strata.
  private static func calibration(_ strata: [String: [Double]]) -> Calibration {
    var calibration = DecisionTests.calibration()
    calibration.fused.clean = StratifiedDistribution(
      strata: strata.mapValues { .init(all: distribution($0), kinds: ["jpeg": distribution(Array($0.prefix(3)))]) })
    return calibration
  }

  private static let hundred = (1...100).map { Double($0) / 100 }

  @Test("a stratum names the widest around it that has the same scores, and is read as those")
  func sameScores() throws {
    let half = Array(Self.hundred.prefix(50))
    let calibration = Self.calibration([
      "all": Self.hundred, "colour": half, "colour/jpeg": half, "colour/jpeg/4:2:0": half,
      "colour/jpeg/4:2:0/scale 1-2": Array(half.prefix(20)), "gray": half,
    ])
    let strata = try #require(calibration.json["fusion"]?["clean"])
    for name in ["colour/jpeg", "colour/jpeg/4:2:0"] {
      #expect(strata[name]?.text == #"{"sameAs":"colour"}"#)
    }
    for name in ["all", "colour", "colour/jpeg/4:2:0/scale 1-2", "gray"] {
      #expect(strata[name]?["all"] != nil, "\(name)")
    }
    #expect(try Calibration(json: Array(calibration.json.text.utf8)) == calibration)
  }

  @Test(
    "a stratum that names no other with scores of its own is refused",
    arguments: [
      #"{"sameAs":"none"}"#, #"{"sameAs":"colour/jpeg"}"#, #"{"sameAs":"colour"}"#,
      #"{"sameAs":"all","kinds":{}}"#, "{}",
    ])
  func damaged(stratum: String) throws {
    let calibration = Self.calibration([
      "all": Self.hundred, "colour": Array(Self.hundred.prefix(50)), "colour/jpeg": Array(Self.hundred.prefix(50)),
    ])
    let colour = try #require(calibration.json["fusion"]?["clean"]?["colour"]).text
    let text = calibration.json.text.replacing(#""colour":\#(colour)"#, with: #""colour":\#(stratum)"#)
    #expect(text != calibration.json.text)
    let error = #expect(throws: SluiceError.self) { try Calibration(json: Array(text.utf8)) }
    #expect(error?.code == .invalidCalibration && error?.message.contains("stratum") == true)
  }
}
