import Classifiers
import Foundation
import TestSupport
import Testing

/// Models in 8-bit integers, from measuring to verdicts.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct QuantiseCommandTests {
  private static let clean = Repository.file("Samples/signs/clean/calibrate")

  /// Whether this processor computes in 8-bit integers.
  private static let isNative: Bool = {
    var settings = OpenVINOSettings(modelPath: Repository.file("Samples/signs/model.onnx"))
    settings.precision = .int8
    return (try? settings.computedPrecision(environment: ProcessInfo.processInfo.environment)) == .int8
  }()

  /// A filter whose looks and second model are to be computed in 8 bits.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file(
      "filter.yaml",
      Filters.signs(
        detectors: """

            - featureSqueezing: {squeezers: [{shift: {x: 1, y: 0}}], distance: l1, threshold: 2}
            - auxiliaryModel: {model: again, distance: l1, threshold: 2}
          """, classifier: ", witnessPrecision: int8",
        rest: """
          models: {again: {openvino: {model: "\(Repository.file("Samples/signs/model.onnx"))", precision: int8}}}
          activationRanges: ranges.json
          """))
    return folder
  }

  private func sluice(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell("cd '\(folder.path)' && \(arguments)")
  }

  @Test("what cannot be said about the models is an error")
  func lostWords() throws {
    let folder = try folder()
    let result = try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(Self.clean)/000*.png > /dev/full")
    #expect(result.status == 2 && result.errors.contains("standard output: "), "\(result.errors)")
  }

  @Test("ranges are measured once, and the filter then asks its witnesses in 8 bits")
  func measuredAndUsed() throws {
    let folder = try folder()
    let filter = "\"$SLUICE\" filter -f filter.yaml --format none \(Self.clean)/00*.png"
    let early = try sluice(folder, filter)
    #expect(early.status == (Self.isNative ? 2 : 0))
    #expect(!Self.isNative || (early.errors.contains("sluice quantise") && early.errors.contains("ranges.json")))
    let measured = try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(Self.clean)")
    #expect(measured.status == 0, "\(measured.errors)")
    let lines = measured.outputText.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasPrefix("classifier: ") && lines[1].hasPrefix("models.again: "))
    for line in lines where Self.isNative {
      let counts = line.split(separator: " ").compactMap { Int($0.filter(\.isNumber)) }
      // Convolutions, of how many; bits; in f32, images of the same class, of how many.
      let same = try #require(
        line.split(separator: "as in f32 on ").last?.split(separator: " ").first.flatMap { Int($0) })
      #expect(same >= 58 && line.contains("of 64 images") && counts[0] >= 1, "\(line)")
    }
    #expect(Self.isNative || measured.outputText.contains("no instructions for them"))
    let verdicts = try sluice(folder, filter)
    #expect(verdicts.status == 0, "\(verdicts.errors)")
    let exact = try sluice(folder, "SLUICE_AUTO_PRECISION=f32 \(filter)")
    #expect(exact.status == 0, "\(exact.errors)")
    let (found, wanted) = (try scores(verdicts.outputText), try scores(exact.outputText))
    #expect(found.count == wanted.count && !found.isEmpty)
    // In single precision the same model under another name says the very same; in 8 bits it says nearly the same.
    #expect(wanted.allSatisfy { $0.again == 0 })
    #expect(found.allSatisfy { $0.again < 0.5 } && (found.contains { $0.again > 0 }) == Self.isNative)
    // The answer that is given out is computed as before.
    #expect(found.map(\.probability) == wanted.map(\.probability))
  }

  private func scores(_ lines: String) throws -> [(again: Double, probability: Double)] {
    try lines.split(separator: "\n").map { line in
      let verdict = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let detectors = try #require(verdict["detectors"] as? [[String: Any]])
      let prediction = try #require(verdict["prediction"] as? [String: Any])
      return (
        try #require(detectors[1]["score"] as? Double), try #require(prediction["probability"] as? Double)
      )
    }
  }

  @Test("what was left out is said, and the rest is measured; -o names another file")
  func leftOut() throws {
    let folder = try folder()
    try folder.file("none.png", "no picture")
    let list = "find \(Self.clean) -name '00*'"
    let result = try sluice(folder, "\(list) | \"$SLUICE\" quantise -f filter.yaml -o other.json --files-from -")
    #expect(result.status == 0, "\(result.errors)")
    let partial = try sluice(
      folder, "\"$SLUICE\" quantise -f filter.yaml -o partial.json none.png \(Self.clean)/00*")
    #expect(partial.status == 1 && partial.errors.contains("none.png left out"), "\(partial.errors)")
    #expect(try Repository.bytes("\(folder.path)/other.json") == Repository.bytes("\(folder.path)/partial.json"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/ranges.json"))
  }

  @Test("the file that the filter names is measured again, however its path is written")
  func measuredAgain() throws {
    let folder = try folder()
    for output in ["", "-o ranges.json", "-o ./ranges.json"] {
      let result = try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(output) \(Self.clean)/00*.png")
      #expect(result.status == 0, "\(output): \(result.errors)")
    }
  }

  @Test(
    "what cannot be measured is an error that leaves no file",
    arguments: [
      ("none.png", 2, "none could be measured"), ("-o filter.yaml none.png", 2, "does not hold activation ranges"),
      ("missing.png", 2, "missing.png"),
      ("-o no/such/ranges.json none.png", 2, "there is no folder no/such"),
    ])
  func refused(arguments: String, status: Int32, said: String) throws {
    let folder = try folder()
    try folder.file("none.png", "no picture")
    let before = try Repository.bytes("\(folder.path)/filter.yaml")
    let result = try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(arguments)")
    #expect(result.status == status && result.errors.contains(said), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/ranges.json"))
    #expect(try Repository.bytes("\(folder.path)/filter.yaml") == before)
  }

  @Test("a filter without models in 8 bits is told what to say")
  func nothingToMeasure() throws {
    let folder = try TemporaryFolder()
    try folder.file("filter.yaml", Filters.signs(detectors: "[fileFindings: {}]"))
    let result = try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(Self.clean)")
    #expect(result.status == 2 && result.errors.contains("precision: int8"), "\(result.errors)")
  }

  @Test("ranges of another model are refused")
  func otherModel() throws {
    let folder = try folder()
    #expect(try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(Self.clean)/00*.png").status == 0)
    let path = "\(folder.path)/ranges.json"
    let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
    let digest = try #require(text.split(separator: "\"digest\": \"").dropFirst().first?.prefix(64))
    try folder.file("ranges.json", text.replacing(digest, with: String(repeating: "0", count: 64)))
    let result = try sluice(folder, "\"$SLUICE\" filter -f filter.yaml --format none \(Self.clean)/00*.png")
    #expect(result.status == (Self.isNative ? 2 : 0), "\(result.errors)")
    #expect(!Self.isNative || result.errors.contains("are of another model"), "\(result.errors)")
  }

  @Test("that there is a private model in 8 bits is nobody's business but the operator's", arguments: [false, true])
  func privateRanges(isPrivate: Bool) throws {
    let folder = try folder()
    let path = "\(folder.path)/filter.yaml"
    let text = String(decoding: try Repository.bytes(path), as: UTF8.self)
      .replacing(", witnessPrecision: int8", with: "")
      .replacing("model: again, distance: l1", with: "model: again, private: \(isPrivate), distance: l1")
    try folder.file("filter.yaml", text)
    #expect(try sluice(folder, "\"$SLUICE\" quantise -f filter.yaml \(Self.clean)/00*.png").status == 0)
    let filter = "\"$SLUICE\" filter -f filter.yaml --audit audit --format none \(Self.clean)/000*.png > verdicts"
    let result = try sluice(folder, "\(filter) && \"$SLUICE\" audit show 1 --audit audit --json")
    #expect(result.status == 0, "\(result.errors)")
    let isTraced = result.outputText.contains("\"activationRanges\":")
    #expect(isTraced == Self.isNative)
    let isKept = result.outputText.contains("\"privateFiles\":[\"activationRanges\",\"models.again\"]")
    #expect(isKept == (isPrivate && Self.isNative))
  }
}
