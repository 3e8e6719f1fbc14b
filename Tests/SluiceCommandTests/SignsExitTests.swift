import Foundation
import TestSupport
import Testing

/// From a calibration to verdicts with early exits: road signs, three looks of their classifier, and a secret.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct SignsExitTests {
  private static let filter = """
    version: 1
    name: exits
    preprocess:
      - resize: {shorterSide: 64, filter: bilinear}
      - centerCrop: 64
    normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: SIGNS/model.onnx, input: input, output: logits, labels: SIGNS/labels.txt}}
    secret: secret
    detectors:
      - fileFindings: {}
      - featureSqueezing: {name: depth, squeezers: [{bitDepth: 5}], distance: l1}
      - featureSqueezing: {name: shift, squeezers: [{shift: {x: 1, y: 1}}], distance: l1}
      - featureSqueezing: {name: other-shift, squeezers: [{shift: {x: -1, y: 2}}], distance: l1}
    decision:
      falsePositiveBudget: 0.1
      calibration: exits.calibration.json
      earlyExit: {lostDetections: 0.05, confidence: 0.95}
    """

  private static let signs = Repository.file("Samples/signs")

  /// A folder with the filter and its secret.
  private static func bench() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file("exits.yaml", filter.replacing("SIGNS", with: signs))
    try folder.file("secret", "more than sixteen bytes of a secret")
    return folder
  }

  private static func sluice(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell("cd '\(folder.path)' && \"$SLUICE\" \(arguments)", environment: ["SIGNS": signs])
  }

  /// - Parameters:
  ///   - attacks: a folder of `Samples/signs`.
  private static func calibrate(_ folder: TemporaryFolder, attacks: String) throws -> SluiceCommand.Result {
    try sluice(
      folder,
      "calibrate -f exits.yaml --augment none --weights filter --clean \"$SIGNS/clean/calibrate\" "
        + "--adversarial \"$SIGNS/\(attacks)\"")
  }

  /// The names of what was asked, by the image.
  private static func asked(_ result: SluiceCommand.Result) throws -> [String: [String]] {
    var asked: [String: [String]] = [:]
    for verdict in result.verdicts {
      let way = try #require(verdict["way"] as? [String: Any])
      asked[try #require(verdict["source"] as? String)] = try #require(way["asked"] as? [String])
    }
    return asked
  }

  @Test("with a secret, different images meet the witnesses in different order, and the same image always in the same")
  func drawnOrder() throws {
    let folder = try Self.bench()
    let made = try Self.calibrate(folder, attacks: "adversarial")
    #expect(made.status == 0, "\(made.errors)")
    let arguments = "filter -f exits.yaml --format none \"$SIGNS\"/clean/test/*.png"
    let first = try Self.sluice(folder, arguments)
    #expect(first.status < 2 && first.verdicts.count > 50, "\(first.errors)")
    let asked = try Self.asked(first)
    #expect(Set(asked.values.compactMap { $0.dropFirst().first }).count > 1, "\(asked)")
    #expect(try Self.asked(Self.sluice(folder, arguments + " --workers 2")) == asked)
  }

  @Test("where attacks are too few for an exit, the calibration says how many are needed")
  func tooFewAttacks() throws {
    let folder = try Self.bench()
    let made = try Self.calibrate(folder, attacks: "adversarial/pgd-jpeg90")
    #expect(made.status == 0, "\(made.errors)")
    let line = try #require(made.outputText.split(separator: "\n").first { $0.hasPrefix("no early exits: ") })
    #expect(
      line.contains(" adversarial images are flagged and not known to be answered rightly, and 59 are needed")
        && line.hasSuffix("to say that 5 % are lost at most"), "\(line)")
  }

  @Test("inspecting an image that is flagged early shows all that the filter can ask")
  func inspection() throws {
    let folder = try Self.bench()
    #expect(try Self.calibrate(folder, attacks: "adversarial").status == 0)
    // An archive behind the picture.
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: "\(Self.signs)/clean/test").sorted().first)
    try folder.file(
      "archive.png", try Repository.bytes("\(Self.signs)/clean/test/\(name)") + Array("PK\u{3}\u{4}rest".utf8))
    let filtered = try #require(
      try Self.sluice(folder, "filter -f exits.yaml --format none archive.png").verdicts.first)
    let shown = try #require(try Self.sluice(folder, "inspect -f exits.yaml --json archive.png").verdicts.first)
    func way(_ verdict: [String: Any]) throws -> (asked: [String], end: String?, detectors: [String]) {
      let way = try #require(verdict["way"] as? [String: Any])
      let detectors = try #require(verdict["detectors"] as? [[String: Any]])
      return (
        try #require(way["asked"] as? [String]), way["end"] as? String, detectors.compactMap { $0["name"] as? String }
      )
    }
    let (short, whole) = (try way(filtered), try way(shown))
    #expect(filtered["verdict"] as? String == "adversarial" && shown["verdict"] as? String == "adversarial")
    #expect(short.end == "flagged-early" && short.asked.isEmpty && short.detectors == ["fileFindings"])
    #expect(whole.end == "complete" && whole.detectors == ["fileFindings", "depth", "shift", "other-shift"])
    #expect(Set(whole.asked) == ["classifier", "bitDepth 5", "shift 1,1", "shift -1,2"])
  }
}
