import Common
import FilterPipeline
import ModelSetup
import TestSupport
import Testing

/// What a filter file says of a witness, and how it gets there.
@Suite struct WitnessEntriesTests {
  private static let head = """
    # A comment.
    version: 1
    name: small
    preprocess: [{resize: {width: 64, height: 64, filter: bilinear}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: model.onnx}}

    """
  private static let plain = """
    # Detectors.
    detectors:
      - featureSqueezing: {name: mirror, group: predictions, squeezers: [mirror], distance: l1}
      # The image alone.
      - patchEvidence: {group: image}

    """
  private static let decision = """
    # The decision.
    decision:
      falsePositiveBudget: 0.02
      # One for each arithmetic.
      calibration: {bf16: a.json, f32: b.json}
      rule: union
      groups: {predictions: 0.75, image: 0.25}
      earlyExit: {lostDetections: 0.02}
    # What goes on.
    forward: original

    """

  private static func file(_ text: String, _ folder: TemporaryFolder) throws -> FilterFile {
    try FilterFile(path: try folder.file("filter.yaml", text), variables: [:])
  }

  /// The filter file with a witness in it, read again.
  private static func withWitness(_ text: String) throws -> (text: String, definition: FilterDefinition) {
    let folder = try TemporaryFolder()
    let entries = WitnessEntries(try file(text, folder).definition, path: "small.witness.xml")
    let changed = try WitnessInsertion.text(text, adding: entries, calibration: "new.calibration.json")
    return (changed, try file(changed, folder).definition)
  }

  static let texts: [(name: String, text: String)] = [
    ("a decision with groups", head + plain + decision),
    ("models", head + "models:\n  # One.\n  second: {openvino: {model: b.onnx}}\n" + plain + decision),
    ("entries as far left as their key", head + plain.replacing("\n  ", with: "\n") + decision),
    ("thresholds alone", head + "detectors:\n  - patchEvidence: {threshold: 3}\nforward: original\n"),
    ("no detectors", head),
    ("no groups", head + plain + "decision:\n  falsePositiveBudget: 0.02\n  calibration: a.json\n"),
    (
      "values over several lines",
      head + plain + "decision:\n  calibration:\n    bf16: a.json\n    f32: b.json\n  falsePositiveBudget: 0.02\n"
    ),
    ("carriage returns", (head + plain + decision).replacing("\n", with: "\r\n")),
    ("no line break at the end", String((head + plain + decision).dropLast())),
  ]

  @Test("a filter file takes up a witness and keeps everything else", arguments: texts.map(\.name))
  func takesUp(name: String) throws {
    let text = try #require(Self.texts.first { $0.name == name }).text
    let (changed, definition) = try Self.withWitness(text)
    let model = try #require(definition.models.first { $0.name == "witness" })
    #expect(model.openVINO.modelPath.hasSuffix("small.witness.xml"))
    #expect(model.preprocessor.outputSize == FeatureNetwork.size)
    #expect(model.normalisation == FeatureNetwork.normalisation)
    #expect(model.tensor.form(size: FeatureNetwork.size) == FeatureNetwork.form)
    let witnesses = definition.detectors.filter { $0.group == "witness" }
    #expect(witnesses.count == 4)
    #expect(witnesses.allSatisfy { $0.isPrivate && $0.threshold == nil })
    let decision = try #require(definition.decision)
    #expect(abs(decision.shares.values.reduce(0, +) - 1) < 1e-6)
    #expect(decision.shares["witness"] == (definition.groups.count == 1 ? 1 : 0.4))
    guard case .one(let calibration) = decision.calibration else {
      Issue.record("the calibration is one file")
      return
    }
    #expect(calibration.hasSuffix("new.calibration.json"))
    for line in text.split(whereSeparator: \.isNewline) where line.first == "#" {
      #expect(changed.contains(line), "comments stay")
    }
  }

  @Test("groups keep what they have among themselves, and limits their values")
  func shares() throws {
    let definition = try Self.withWitness(Self.head + Self.plain + Self.decision).definition
    #expect(definition.decision?.shares == ["predictions": 0.45, "image": 0.15, "witness": 0.4])
    #expect(definition.decision?.budget == 0.02)
    #expect(definition.decision?.earlyExit?.limit.lostDetections == 0.02)
  }

  @Test("names that are taken are left alone")
  func names() throws {
    let once = try Self.withWitness(Self.head + Self.plain + Self.decision)
    let twice = try Self.withWitness(once.text).definition
    #expect(twice.models.map(\.name).sorted() == ["witness", "witness2"])
    #expect(twice.detectors.count { $0.group == "witness2" } == 4)
    #expect(Set(twice.detectors.map(\.name)).count == twice.detectors.count)
  }

  @Test(
    "a section in one line is refused, with what helps",
    arguments: ["models: {second: {openvino: {model: b.onnx}}}\n", "detectors: [{patchEvidence: {threshold: 3}}]\n"])
  func oneLine(section: String) throws {
    let folder = try TemporaryFolder()
    let text = Self.head + section
    let entries = WitnessEntries(try Self.file(text, folder).definition, path: "w.xml")
    let error = #expect(throws: SluiceError.self) {
      try WitnessInsertion.text(text, adding: entries, calibration: "c.json")
    }
    #expect(error?.remedy?.contains("by hand") == true)
  }

  @Test("the lines that are printed are those of a filter file")
  func printed() throws {
    let folder = try TemporaryFolder()
    let entries = WitnessEntries(try Self.file(Self.head, folder).definition, path: "a \"b\".xml")
    let budget = "  falsePositiveBudget: 0.05\n  calibration: c.json\n"
    let definition = try Self.file(Self.head + entries.text + budget, folder).definition
    #expect(definition.models.first?.openVINO.modelPath.hasSuffix("a \"b\".xml") == true)
    #expect(definition.privateDetectors.count == 4)
  }
}
