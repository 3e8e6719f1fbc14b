import Common
import Detectors
import FilterPipeline
import Pixels
import Squeezers
import TestSupport
import Testing

/// Filter files with the whole bench of squeezers, detectors and models.
struct BenchFilterTests {
  static let complete = """
    version: 1
    name: bench
    preprocess: [{resize: {width: 64, height: 48}}]
    normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: m.onnx, maxBatch: 4}}
    models:
      second: {openvino: {model: second.onnx}}
      small:
        openvino: {model: small.onnx, scores: probabilities}
        preprocess: [{resize: {width: 32, height: 32, filter: box}}]
        normalize: {mean: [0, 0, 0], std: [1, 1, 1]}
        tensor: {layout: nhwc, type: float32}
    autoencoders:
      ae: {openvino: {model: ae.onnx}, normalize: {mean: [0, 0, 0], std: [1, 1, 1]}}
    secret: secret.bin
    detectors:
      - featureSqueezing:
          squeezers: [mirror, {median: 2, distance: kullbackLeibler, scale: 2}, {shift: {x: -2}}, {jpeg: 80}]
          distance: meanLogDifference
          top: 3
          twoSided: {center: -1, spread: 2, confidence: 0.9}
          threshold: 1
      - transformConsistency: {threshold: 0.5}
      - labelFlip: {threshold: 0}
      - auxiliaryModel: {model: second, temperature: 2, distance: labelDoubt, threshold: 1}
      - ensembleDisagreement: {models: [second, small], threshold: 0.1}
      - autoencoder: {model: ae, measure: absoluteError, threshold: 0.1}
      - certifiedPatch: {patch: 12, masks: 2, threshold: 0.9}
    forward: {squeezed: {totalVariation: {weight: 0.1, dropped: 0.5}}}
    """

  private func read(_ text: String) throws -> FilterDefinition {
    try FilterFile(text: text).definition
  }

  @Test func everythingIsRead() throws {
    let filter = try read(Self.complete)
    #expect(
      filter.squeezers.map(\.description) == [
        "mirror", "median 2", "shift -2,1", "jpeg 80", "shift 2,2", "entropyQuantisation",
        "occlusion 38×30 at 0,0", "occlusion 38×30 at 26,0", "occlusion 38×30 at 0,18", "occlusion 38×30 at 26,18",
        "totalVariation 0.1-40-0.5",
      ])
    #expect(filter.classifier?.maxBatch == 4)
    #expect(filter.models.map(\.name) == ["second", "small"])
    #expect(filter.models[0].tensor.layout == .nchw && filter.models[0].normalisation == filter.normalisation)
    #expect(filter.models[1].preprocessor.outputSize == PixelSize(width: 32, height: 32))
    #expect(filter.models[1].openVINO.scores == .probabilities)
    let squeezing = try #require(filter.detectors[0].detector as? FeatureSqueezing)
    #expect(squeezing.comparisons.map(\.distance)[..<2] == [.meanLogDifference(top: 3), .kullbackLeibler])
    #expect(squeezing.comparisons.map(\.scale) == [1, 2, 1, 1])
    #expect(squeezing.twoSided == TwoSidedForm(center: -1, spread: 2, confidence: 0.9))
    let second = try #require(filter.detectors[3].detector as? AuxiliaryModel)
    #expect(second.temperature == 2 && second.distance == .labelDoubt)
  }

  static let mistakes: [(old: String, new: String, mentions: [String])] = [
    ("[mirror,", "[mirrored,", ["squeezers[0]", "mirrored", "bitDepth, median"]),
    ("[mirror,", "[{mirror: 3},", ["squeezers[0].mirror", "takes no value"]),
    ("[mirror,", "[median,", ["squeezers[0]", "lacks the key `window`"]),
    ("{shift: {x: -2}}", "{shift: {x: -20}}", ["shift.x", "-16 to 16"]),
    ("{shift: {x: -2}}", "{shift: {z: 1}}", ["shift.z", "x, y"]),
    ("{jpeg: 80}", "{jpeg: 80, scale: 0}", ["scale", "from 1e-06"]),
    ("{jpeg: 80}", "{jpeg: 80, median: 2}", ["exactly one squeezer"]),
    ("{jpeg: 80}", "{jpeg: 80, top: 3}", ["squeezers[3].top", "`distance` of its own"]),
    ("- labelFlip: {threshold: 0}", "- fileFindings: {threshold: 1}", ["fileFindings.threshold", "0.0 to 0.99"]),
    ("- labelFlip: {threshold: 0}", "- fileFindings: {alpha: ban}", ["alpha", "allow, canonicalise, flag, reject"]),
    ("spread: 2", "spread: 0", ["twoSided.spread", "from 0.01"]),
    ("model: second, t", "model: third, t", ["`third`", "permitted are second, small"]),
    ("models: [second, small]", "models: []", ["models", "1 to 8"]),
    ("model: ae, m", "model: second, m", ["`second`", "permitted are ae"]),
    ("measure: absoluteError", "measure: guess", ["measure", "absoluteError, squaredError, divergence"]),
    ("masks: 2", "masks: 9", ["masks", "1 to 8"]),
    ("temperature: 2", "temperature: 0", ["temperature", "from 0.1"]),
    ("maxBatch: 4", "maxBatch: 0", ["maxBatch", "1 to 1024"]),
    ("secret: secret.bin\n", "", ["totalVariation 0.1-40-0.5", "`secret`"]),
    ("- labelFlip: {threshold: 0}", "- labelFlip: {threshold: 0, distance: l1}", ["distance", "name, threshold"]),
    (
      "{openvino: {model: ae.onnx}, n", "{preprocess: [{centerCrop: 9}], openvino: {model: ae.onnx}, n",
      ["autoencoders.ae.preprocess", "openvino, normalize, tensor"]
    ),
    ("second: {openvino: {model: second.onnx}}", "second: {model: second.onnx}", ["models.second.model"]),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(index: Int) throws {
    let mistake = Self.mistakes[index]
    try #require(Self.complete.contains(mistake.old), "\(mistake.old)")
    let error = #expect(throws: SluiceError.self) {
      try read(Self.complete.replacing(mistake.old, with: mistake.new, maxReplacements: 1))
    }
    #expect(error?.code == .invalidFilter)
    for part in mistake.mentions { #expect(error?.message.contains(part) == true, "\(part): \(error?.message ?? "")") }
  }

  @Test(
    "a look of another size is for detectors alone",
    arguments: ["forward: {squeezed: {look: 4}}", "sanitize: {look: 4}"])
  func looksAreNotForwarded(line: String) throws {
    let error = #expect(throws: SluiceError.self) {
      try read("version: 1\nname: x\npreprocess: [{centerCrop: 8}]\ntensor: {layout: nchw, type: float32}\n" + line)
    }
    #expect(error?.code == .invalidFilter && error?.message.contains("keeps its size") == true)
  }

  @Test(arguments: SqueezerKey.allCases.filter { $0 != .look })
  func everySqueezerCanBeNamed(key: SqueezerKey) throws {
    let name = key.rawValue
    let needed = key.kind.parameters.filter { $0.defaultText == nil }
    let spelled = needed.isEmpty ? name : "{\(name): 2}"
    let filter = try read(
      "version: 1\nname: x\npreprocess: [{centerCrop: 8}]\ntensor: {layout: nchw, type: float32}\nsecret: s\n"
        + "forward: {squeezed: \(spelled)}")
    #expect(filter.squeezers.count == 1)
  }
}
