import Classifiers
import Common
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers
import TestSupport
import Testing

struct FilterFileTests {
  static let complete = """
    version: 1
    name: complete
    decode: {formats: [png], maxBytes: 2MB, maxPixels: 3MP, maxDimension: 4000, orientation: ignore}
    preprocess:
      - resize: {shorterSide: 256, filter: lanczos}
      - centerCrop: {width: 224, height: 192}
    normalize: {mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6]}
    tensor: {layout: nhwc, type: int8, channels: bgr, scale: 0.02, zeroPoint: -3}
    classifier:
      openvino: {model: "${MODELS}/m.onnx", input: x, output: y, labels: labels.txt, scores: probabilities, precision: bf16}
    detectors:
      - featureSqueezing: {squeezers: [{bitDepth: 5}, {median: 2}], distance: l1, threshold: 1.5}
      - featureSqueezing: {name: logs, squeezers: [{median: 3}], distance: meanLogDifference, top: 7, threshold: 2}
    forward: {squeezed: {median: 2}}
    """

  static let minimal = """
    version: 1
    name: minimal
    preprocess: [{resize: {width: 8, height: 8}}]
    tensor: {layout: nchw, type: float32}
    """

  private func read(_ text: String, _ variables: [String: String] = ["MODELS": "/models"]) throws -> FilterFile {
    try FilterFile(text: text, variables: variables)
  }

  @Test func everythingIsRead() throws {
    let file = try read(Self.complete)
    let filter = file.definition
    #expect(filter.name == "complete")
    #expect(filter.limits.formats == [.png])
    #expect(filter.limits.maxBytes == 2_000_000)
    #expect(filter.limits.maxPixels == 3_000_000)
    #expect(filter.limits.maxDimension == 4000)
    #expect(filter.limits.orientation == .ignore)
    #expect(
      filter.preprocessor.steps == [
        .resizeShorterSide(256, .lanczos), .centerCrop(PixelSize(width: 224, height: 192)),
      ])
    #expect(filter.normalisation == Normalisation(mean: [0.1, 0.2, 0.3], standardDeviation: [0.4, 0.5, 0.6]))
    #expect(filter.tensor.element == .int8)
    #expect(filter.tensor.layout == .nhwc)
    #expect(filter.tensor.channels == .bgr)
    #expect(filter.tensor.quantisation == Quantisation(scale: 0.02, zeroPoint: -3))
    #expect(filter.classifier?.openVINO.modelPath == "/models/m.onnx")
    #expect(filter.classifier?.openVINO.scores == .probabilities)
    #expect(filter.classifier?.openVINO.precision == .bf16)
    #expect(filter.classifier?.labelsPath?.hasSuffix("/labels.txt") == true)
    #expect(filter.detectors.map(\.name) == ["featureSqueezing", "logs"])
    #expect(filter.detectors.map(\.threshold) == [1.5, 2])
    #expect(filter.squeezers.map(\.description) == ["bitDepth 5", "median 2", "median 3"])
    guard case .squeezed(let squeezer) = filter.forward else {
      Issue.record("the squeezed image is not forwarded")
      return
    }
    #expect(squeezer.description == "median 2")
  }

  @Test func fourKeysAreEnough() throws {
    let filter = try read(Self.minimal).definition
    #expect(filter.limits == DecodeLimits())
    #expect(filter.classifier == nil)
    #expect(filter.detectors.isEmpty)
    #expect(filter.tensor.channels == .rgb)
  }

  @Test func relativePathsCountFromTheFilterFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("filter.yaml", Self.complete)
    let classifier = try FilterFile(path: path, variables: ["MODELS": "models"]).definition.classifier
    #expect(classifier?.labelsPath == "\(folder.path)/labels.txt")
    // Whoever gives a variable a value gives it where the command runs.
    #expect(classifier?.openVINO.modelPath == "models/m.onnx")
  }

  @Test(
    "the data folder has a value where nobody gives it one",
    arguments: [
      (["SLUICE_DATA": "/data", "XDG_DATA_HOME": "/xdg", "HOME": "/home/u"], "/data/m.onnx"),
      (["SLUICE_DATA": "", "XDG_DATA_HOME": "/xdg", "HOME": "/home/u"], "/xdg/sluice/m.onnx"),
      (["XDG_DATA_HOME": "", "HOME": "/home/u"], "/home/u/.local/share/sluice/m.onnx"),
    ])
  func dataFolder(variables: [String: String], expected: String) throws {
    let text = Self.minimal + "\nclassifier: {openvino: {model: \"${SLUICE_DATA}/m.onnx\"}}"
    #expect(try read(text, variables).definition.classifier?.openVINO.modelPath == expected)
  }

  @Test func theDataFolderOfAProcessWithoutAnEnvironmentIsThatOfItsUser() throws {
    let text = Self.minimal + "\nclassifier: {openvino: {model: \"${SLUICE_DATA}/m.onnx\"}}"
    let path = try #require(try read(text, [:]).definition.classifier?.openVINO.modelPath)
    #expect(path.hasPrefix("/") && path.hasSuffix("/.local/share/sluice/m.onnx"))
  }

  /// A change to the complete file, and what its error must name.
  static let mistakes: [(old: String, new: String, mentions: [String])] = [
    ("name: complete", "nmae: complete", [":2", "`nmae`", "not a known key", "name"]),
    ("version: 1\n", "", ["lacks the key `version`"]),
    ("version: 1", "version: 2", [":1", "`version`", "`2`; permitted is 1"]),
    ("maxBytes: 2MB", "maxBytes: 2TB", [":3", "decode.maxBytes", "2TB", "64 to 1000000000"]),
    ("maxBytes: 2MB", "maxBytes: 63", ["decode.maxBytes", "63"]),
    ("maxPixels: 3MP", "maxPixels: -1", ["decode.maxPixels", "-1"]),
    ("maxDimension: 4000", "maxDimension: 70000", ["decode.maxDimension", "1 to 65535"]),
    ("formats: [png]", "formats: [gif]", ["decode.formats[0]", "`gif`", "jpeg, png"]),
    ("formats: [png]", "formats: []", ["decode.formats", "0 entries", "1 to 2"]),
    ("filter: lanczos", "filter: cubic", [":5", "preprocess[0].resize.filter", "bicubic"]),
    ("shorterSide: 256", "shorterSide: 0", ["preprocess[0].resize.shorterSide", "1 to 4096"]),
    ("shorterSide: 256", "shorterSide: 256, width: 9", ["either shorterSide, or width and height"]),
    (
      "  - centerCrop: {width: 224, height: 192}\n", "",
      ["`preprocess` cannot be used: a resize", "other side open; follow it with centerCrop"]
    ),
    ("centerCrop: {", "centreCrop: {", ["`preprocess[1].centreCrop`", "resize, centerCrop"]),
    ("mean: [0.1, 0.2, 0.3]", "mean: [0.1, 0.2]", [":7", "normalize.mean", "2 entries; permitted is 3"]),
    ("mean: [0.1, 0.2, 0.3]", "mean: [0.1]", ["normalize.mean", "has 1 entry; permitted is 3"]),
    ("std: [0.4", "std: [0", ["normalize.std[0]", "from 0.001"]),
    ("std: [0.4", "std: [nan", ["normalize.std[0]", "`nan`"]),
    ("layout: nhwc", "layout: hwc", [":8", "tensor.layout", "nchw, nhwc"]),
    ("type: int8", "type: float64", ["tensor.type", "float32, float16, uint8, int8"]),
    ("type: int8", "type: float32", ["only uint8 and int8"]),
    ("zeroPoint: -3", "zeroPoint: 200", ["tensor.zeroPoint", "-128 to 127"]),
    (", zeroPoint: -3", "", ["lacks the key `zeroPoint`"]),
    ("scale: 0.02", "scale: 0", ["tensor.scale", "from 1e-09"]),
    ("openvino:", "tensorrt:", ["`classifier.tensorrt`", "openvino"]),
    ("${MODELS}", "${MODELZ}", [":10", "${MODELZ}", "--define MODELZ=VALUE"]),
    ("${MODELS}", "${MODELS", ["`${` without `}`"]),
    ("scores: probabilities", "scores: odds", ["scores", "logits, probabilities"]),
    ("{bitDepth: 5}", "{bitDepth: 9}", [":12", "squeezers[0].bitDepth", "1 to 8"]),
    ("{median: 2}], d", "{median: 8}], d", ["squeezers[1].median", "2 to 7"]),
    ("{median: 2}], d", "{blur: 2}], d", ["`detectors[0].featureSqueezing.squeezers[1].blur`", "bitDepth, median"]),
    ("{bitDepth: 5}", "{bitDepth: 5, median: 3}", ["exactly one squeezer"]),
    ("squeezers: [{bitDepth: 5}, {median: 2}]", "squeezers: []", ["squeezers", "1 to 16"]),
    ("distance: l1", "distance: l3", ["distance", "l1, l2, kullbackLeibler"]),
    ("distance: l1", "distance: l1, top: 3", ["top", "only for the distance meanLogDifference"]),
    (", threshold: 1.5", "", ["lacks the key `threshold`"]),
    ("threshold: 1.5", "threshold: often", ["threshold", "`often`"]),
    ("name: logs, ", "", ["`featureSqueezing`", "as another detector"]),
    ("forward: {squeezed: {median: 2}}", "forward: twice", ["forward", "original"]),
    ("forward: {squeezed: {median: 2}}", "name: again", ["YAML"]),
    ("tensor: {", "tensor: [", ["YAML"]),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(index: Int) throws {
    let mistake = Self.mistakes[index]
    try #require(Self.complete.contains(mistake.old), "\(mistake.old)")
    let text = Self.complete.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
    let error = #expect(throws: SluiceError.self) { try read(text) }
    #expect(error?.code == .invalidFilter)
    for part in ["filter.yaml"] + mistake.mentions {
      #expect(error?.message.contains(part) == true, "\(part) in: \(error?.message ?? "")")
    }
  }

  @Test func anUnknownSectionIsToldWhichOnesThereAre() {
    let error = #expect(throws: SluiceError.self) { try read(Self.minimal + "\ndetektors: []") }
    #expect(
      error?.message.hasSuffix(
        "`detektors` is not a known key; permitted are version, name, decode, preprocess, normalize, tensor, classifier, "
          + "models, autoencoders, activationRanges, secret, detectors, decision, forward, sanitize") == true)
  }

  @Test func detectorsNeedAClassifier() throws {
    let text =
      Self.minimal + "\ndetectors: [{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1}}]"
    let error = #expect(throws: SluiceError.self) { try read(text) }
    #expect(error?.message.contains("no `classifier`") == true)
  }

  @Test(arguments: ["", "# nothing\n", "- a list", "text"])
  func otherFilesAreRefused(text: String) {
    #expect(throws: SluiceError.self) { try read(text) }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: SluiceError.self) { try FilterFile(path: "/nonexistent/f.yaml", variables: [:]) }
    #expect(error?.code == .unreadableFile)
    #expect(error?.message.contains("/nonexistent/f.yaml") == true)
  }

  @Test(arguments: [
    "imagenet.yaml", "imagenet-mobilenet.yaml", "imagenet-mobilenet-private.yaml", "imagenet-mobilenet-fast.yaml",
    "imagenet-efficientnet-lite0.yaml", "imagenet-feature-squeezing.yaml", "signs.yaml",
  ])
  func shippedFiltersAreValid(name: String) throws {
    _ = try FilterFile(path: Repository.file("Filters/\(name)"), variables: ["MODELS": "/models"])
  }

  @Test(
    "a mean in units of 8-bit samples is refused with what to write",
    arguments: [
      ("mean: [123.675, 116.28, 103.53], std: [0.2, 0.2, 0.2]", "divide by 255: 0.485"),
      ("mean: [0.5, 0.5, 0.5], std: [58.395, 57.12, 57.375]", "divide by 255: 0.229"),
      ("mean: 123.675, std: [1, 1, 1]", "divide by 255: 0.485"), ("mean: 0.5, std: [1, 1, 1]", "a list of 3 numbers"),
      ("mean: [300, 1, 1], std: [1, 1, 1]", "permitted are numbers from -10.0 to 10.0"),
    ])
  func normalisationInOtherUnits(text: String, advice: String) throws {
    let error = #expect(throws: SluiceError.self) { try read(Self.minimal + "\nnormalize: {\(text)}") }
    #expect(error?.message.contains(advice) == true, "\(error?.message ?? "")")
  }
}
