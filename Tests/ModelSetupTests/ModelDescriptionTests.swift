import Classifiers
import Common
import Foundation
import ModelSetup
import Pixels
import TestSupport
import Testing

/// What a model is, tried and not guessed.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ModelDescriptionTests {
  static func describe(_ path: String, thorough: Bool = false) throws -> ModelDescription {
    try examination(of: path, thorough: thorough).description()
  }

  private static func examination(of path: String, thorough: Bool = false) throws -> ModelExamination {
    var examination = ModelExamination(
      try ModelProbe(path: Repository.file(path), environment: ProcessInfo.processInfo.environment))
    examination.isThorough = thorough
    return examination
  }

  private static let own = "Tests/ModelSetupTests/Fixtures"
  private static let others = "Tests/ClassifiersTests/Fixtures"

  @Test(
    "classifiers",
    arguments: [
      ("\(own)/channels-last.onnx", TensorLayout.nhwc, PixelChannels.rgb, 3, OutputKind.logits),
      ("\(own)/nameless.xml", .nchw, .rgb, 3, .logits), ("\(own)/long-name.onnx", .nchw, .rgb, 3, .logits),
      ("\(own)/four-axes.onnx", .nchw, .rgb, 3, .logits), ("\(own)/gray.onnx", .nchw, .gray, 10, .logits),
      ("\(own)/without-channels.onnx", .nhw, .gray, 10, .logits),
      ("\(own)/squeezed.onnx", .nchw, .rgb, 2, .oneProbability),
      ("\(own)/sigmoid.onnx", .nchw, .rgb, 2, .oneProbability), ("\(others)/one-logit.onnx", .nchw, .rgb, 2, .oneLogit),
      ("\(own)/quantised.tflite", .nhwc, .rgb, 3, .roundedProbabilities),
      ("\(own)/rounded-softmax.onnx", .nchw, .rgb, 10, .roundedProbabilities),
      ("\(others)/logits.onnx", .nchw, .rgb, 4, .logits),
      ("\(others)/probabilities.onnx", .nchw, .rgb, 4, .probabilities),
      ("\(others)/float16.onnx", .nchw, .rgb, 4, .logits), ("\(others)/batch-of-three.onnx", .nchw, .rgb, 4, .logits),
      ("\(others)/batch-of-none.onnx", .nchw, .rgb, 4, .logits),
    ])
  func classifiers(path: String, layout: TensorLayout, channels: PixelChannels, classes: Int, kind: OutputKind) throws {
    let description = try Self.describe(path)
    let classifier = try #require(description.classifier, "\(description.text)")
    #expect(classifier.input.layout == layout)
    #expect(classifier.input.channels == channels)
    #expect(classifier.output.classCount == classes)
    #expect(classifier.output.kind == kind)
    #expect(description.refusal == nil)
  }

  @Test(
    "what is no classifier is refused with a reason",
    arguments: [
      ("detection", "looks like a detection or segmentation model"), ("two-inputs", "has 2 inputs"),
      ("five-channels", "neither gray nor RGB"), ("flat-input", "2 axes instead of the 4"),
      ("without-batch", "3 axes instead of the 4"),
      ("transposed", "not a row for each picture"), ("two-heads", "2 outputs that could be class scores"),
      ("image-embeddings", "gives features and no class scores: `image_embeds`"),
      ("pooled", "gives features and no class scores: `pooler_output`"),
      ("pooled-unnamed", "gives features and no class scores: `1605`"),
      ("features-first", "2 outputs that could be class scores"),
      ("chance", "answers the same picture differently each time"), ("no-output", "no-output.onnx has no output"),
    ])
  func refused(model: String, reason: String) throws {
    let description = try Self.describe("\(Self.own)/\(model).onnx")
    #expect(description.classifier == nil)
    #expect(description.refusal?.code == .modelMismatch)
    #expect(description.refusal?.message.contains(reason) == true, "\(description.text)")
    #expect(description.refusal?.remedy != nil)
  }

  @Test("names in a model add no lines to its description, and long ones are cut")
  func namesAsLines() throws {
    let description = try Self.describe("\(Self.own)/lines-as-name.onnx")
    let lines = description.text.split(separator: "\n")
    #expect(description.refusal == nil && !lines.contains(where: { $0.hasPrefix("  refused") }), "\(description.text)")
    #expect(lines.allSatisfy { $0.count < 300 } && lines[1].contains("…"))
    let summary = try #require(description.inputs.first).summary
    #expect(!summary.contains("\n") && summary.count < 300)
    let form = TensorForm(element: .uint8, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))
    let settings = OpenVINOSettings(modelPath: Repository.file("\(Self.own)/lines-as-name.onnx"))
    let error = #expect(throws: SluiceError.self) {
      try OpenVINOClassifier(settings, form: form, environment: ProcessInfo.processInfo.environment)
    }
    #expect(error?.message.contains("…") == true && error?.message.contains("\n") == false)
  }

  @Test("a classifier whose scores no filter can compare is described, and refused with what would help")
  func independent() throws {
    let description = try Self.describe("\(Self.own)/independent.onnx")
    #expect(description.classifier?.output.kind == .independent && description.classifier?.output.classCount == 3)
    #expect(description.refusal?.remedy?.contains("before its sigmoid") == true)
    #expect(description.refusal?.remedy?.contains("temperature") == true)
    #expect(description.text.contains("refused"))
  }

  @Test(
    "the highest scores alone are described as such, and refused with what would help",
    arguments: ["top-five", "top-logits", "top-sigmoids"])
  func best(model: String) throws {
    let description = try Self.describe("\(Self.own)/\(model).onnx")
    #expect(description.classifier?.output.kind == .best)
    #expect(description.text.contains("the highest 5 of more classes"))
    #expect(description.refusal?.message.contains("only the highest scores of its classes") == true)
    #expect(description.refusal?.remedy?.contains("before its TopK") == true)
  }

  @Test("the best class alone with its score is no probability of one of two")
  func bestAlone() throws {
    let description = try Self.describe("\(Self.own)/top-one.onnx")
    #expect(description.classifier?.output.kind == .best)
    #expect(description.text.contains("the highest of more classes alone"))
    #expect(description.refusal?.remedy?.contains("before its TopK or ArgMax") == true)
  }

  @Test(
    "a probability stays one beside its class, of which one side was seen, and beside the version of the model",
    arguments: ["labelled", "versioned"])
  func probabilityBesideNumber(model: String) throws {
    let description = try Self.describe("\(Self.own)/\(model).onnx")
    #expect(description.classifier?.output.kind == .oneProbability)
    #expect(description.refusal == nil)
  }

  @Test("sigmoids that are rounded to 8 bits are no softmax")
  func roundedSigmoids() throws {
    #expect(try Self.describe("\(Self.own)/rounded-sigmoids.onnx").classifier?.output.kind == .independent)
  }

  @Test("a head that was flattened for one size is found at that size, not where it makes several rows of a picture")
  func flattenedHead() throws {
    let classifier = try #require(try Self.describe("\(Self.own)/flattened-open.onnx").classifier)
    #expect(classifier.sizes == [PixelSize(width: 28, height: 28)] && classifier.output.classCount == 3)
  }

  @Test("a side that the file fixes is kept: the size is a square of it, or what is named where that fits")
  func halfOpen() throws {
    var examination = try Self.examination(of: "\(Self.own)/half-open.onnx")
    let named = PixelSize(width: 30, height: 20)
    for (size, taken) in [(nil, 20), (named, 30), (named.transposed, 20)] as [(PixelSize?, Int)] {
      examination.namedSize = size
      let sizes = try examination.description().classifier?.sizes
      #expect(sizes == [PixelSize(width: taken, height: 20)])
    }
  }

  @Test func severalOutputsNameTheOptionThatChooses() throws {
    let refusal = try Self.describe("\(Self.own)/two-heads.onnx").refusal
    #expect(refusal?.remedy?.contains("--output-name ") == true && refusal?.remedy?.contains("`second`") == true)
  }

  @Test(
    "of several outputs, the one whose name says that it holds scores, and no embedding or auxiliary head; it is said",
    arguments: [
      ("embedding", "class"), ("auxiliary-head", "output"), ("exact-name", "logits"), ("whole-word", "FinalScores:0"),
    ])
  func chosenOutput(model: String, name: String) throws {
    let description = try Self.describe("\(Self.own)/\(model).onnx")
    #expect(description.classifier?.output.name == name, "\(description.text)")
    #expect(description.text.contains("scores from `\(name)`, chosen among "))
    #expect(description.text.contains("; --output-name names another"))
  }

  @Test("of several outputs, the one with as many numbers as there are labels; a named one is no choice")
  func outputOfTheLabels() throws {
    var examination = try Self.examination(of: "\(Self.own)/whole-word.onnx")
    examination.labelCounts = [3]
    #expect(try examination.description().classifier?.output.name == "scoresheet")
    examination.outputName = "FinalScores:0"
    let named = try examination.description()
    #expect(named.classifier?.output.name == "FinalScores:0" && !named.text.contains("chosen among"))
  }

  @Test(
    "what looks like features is scores where it is named, or there are as many labels",
    arguments: [("image-embeddings", "image_embeds"), ("pooled", "pooler_output"), ("pooled-unnamed", "1605")])
  func featuresThatAreScores(model: String, output: String) throws {
    for isNamed in [true, false] {
      var examination = try Self.examination(of: "\(Self.own)/\(model).onnx")
      if isNamed { examination.outputName = output } else { examination.labelCounts = [8] }
      let description = try examination.description()
      #expect(description.classifier?.output.name == output, "\(description.text)")
      #expect(description.classifier?.output.classCount == 8)
    }
  }

  @Test("labels tell scores without a name from features that are called the output")
  func scoresBesideFeatures() throws {
    var examination = try Self.examination(of: "\(Self.own)/features-first.onnx")
    examination.labelCounts = [3]
    #expect(try examination.description().classifier?.output.name == "482")
  }

  @Test func anOutputIsNamedByAnyOfItsNames() throws {
    var examination = try Self.examination(of: "\(Self.own)/several-names.xml")
    examination.outputName = "logits"
    #expect(try examination.description().classifier?.output.name == "a_first_name")
    examination.outputName = "elsewhere"
    #expect(try examination.description().refusal?.message.contains("no output `elsewhere`") == true)
  }

  @Test func sizesBatchesAndTimesAreTried() throws {
    let open = try #require(try Self.describe("\(Self.own)/open-size.onnx", thorough: true).classifier)
    #expect(open.input.fixedSize == nil)
    #expect(open.sizes.first == PixelSize(width: 224, height: 224))
    #expect(open.sizes.count == 4 && open.refusedSizes.isEmpty)
    #expect(open.batches.sorted() == [1, 4])
    #expect(open.timings.first?.precision == .f32)
    let fixed = try #require(try Self.describe("\(Self.others)/flattened.onnx", thorough: true).classifier)
    #expect(fixed.sizes == [PixelSize(width: 8, height: 8)])
    #expect(fixed.refusedSizes.count == 3)
  }

  @Test(
    "a model that mixes the pictures of a call, or takes one only, is said to take one",
    arguments: ["mixing", "made-for-one"])
  func batchOfOne(model: String) throws {
    let description = try Self.describe("\(Self.others)/\(model).onnx", thorough: true)
    #expect(description.classifier?.batches == [1] && description.classifier?.input.fixedBatch == nil)
    #expect(
      description.text.contains("float32, one in a call (its file leaves the number open)\n"), "\(description.text)")
  }

  @Test func aFixedBatchIsNamed() throws {
    let classifier = try #require(try Self.describe("\(Self.others)/batch-of-three.onnx").classifier)
    #expect(classifier.input.fixedBatch == 3)
  }

  @Test func textAndJSONSayTheSame() throws {
    let description = try Self.describe("\(Self.own)/channels-last.onnx")
    #expect(description.text.contains("logits of 3 classes"))
    #expect(description.json["classifier"]?["classes"] == .integer(3))
    #expect(description.json["inputs"] != nil)
  }

  @Test func aMissingFileAndAnotherKindAreNamed() throws {
    let missing = #expect(throws: SluiceError.self) { try Self.describe("nothing.onnx") }
    #expect(missing?.code == .modelNotFound)
    #expect(throws: SluiceError.self) { try Self.describe("Package.swift") }
  }
}
