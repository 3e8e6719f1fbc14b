import Common
import Pixels
import Preprocessing

/// What Keras writes about a model: its configuration (`config.json` of an unpacked `.keras` archive, or what
/// `model.to_json()` gives), `metadata.json`, and KerasHub's image converter.
enum KerasConfiguration {
  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    var clues: [PreparationClue] = []
    for name in ["image_converter.json", "preprocessor.json"] {
      guard let json = surroundings.json(name), let converter = converter(json) else { continue }
      clues.append(PreparationClue(source: "\(name) (KerasHub)", preparation: preparation(converter: converter)))
    }
    for name in ["config.json", "\(surroundings.baseName).json", "model.json", "architecture.json"] {
      guard let json = surroundings.json(name), let model = KerasLayers(json) else { continue }
      clues.append(PreparationClue(source: "\(name) (Keras)", preparation: preparation(model)))
    }
    guard clues.allSatisfy({ $0.preparation.normalisation == nil && $0.preparation.doubts.isEmpty }),
      let json = surroundings.json("metadata.json"), let version = json["keras_version"]?.asText
    else { return clues }
    var unknown = Preparation()
    unknown.doubts.append(
      "the model was made with Keras \(version.prefix(longestVersion)), which does not say how its pictures are prepared; "
        + "put the `config.json` of its .keras archive beside it, or have photographs tell")
    return clues + [PreparationClue(source: "metadata.json", preparation: unknown)]
  }

  private static let longestVersion = 16

  /// - Parameters:
  ///   - model: its layers, the first first.
  static func preparation(_ model: KerasLayers) -> Preparation {
    var preparation = Preparation()
    preparation.size = model.inputSize
    switch model.ownScaling {
    case .samples: preparation.normalisation = Normalisation(mean: [], deviation: [], factor: 1)
    case .unit: preparation.normalisation = Normalisation(mean: [], deviation: [])
    case .unclear(let why):
      preparation.doubts.append(why)
      return preparation
    case nil:
      guard let mode = model.names.lazy.compactMap(KerasMode.init(modelName:)).first else { return preparation }
      preparation.normalisation = mode.normalisation
      preparation.order = mode.order
      preparation.isByName = true
      return preparation
    }
    preparation.order = .rgb
    return preparation
  }

  // MARK: - KerasHub

  /// The settings of the image converter, which stand alone or within those of a preprocessor.
  private static func converter(_ json: JSONValue) -> JSONValue? {
    let settings = json["config"]?["image_converter"]?["config"] ?? json["config"]
    return settings?["image_size"] == nil ? nil : settings
  }

  /// Samples in 0…255 are multiplied by `scale`, and `offset` is added: each a number or one for each channel.
  static func preparation(converter json: JSONValue) -> Preparation {
    var preparation = Preparation()
    preparation.order = .rgb
    if let scale = json["scale"]?.asNumbers ?? (json["offset"] == nil ? nil : [1]), let first = scale.first {
      let offset = json["offset"]?.asNumbers ?? [0]
      let count = max(scale.count, offset.count)
      let scales = scale.count == count ? scale : [Double](repeating: first, count: count)
      let offsets = offset.count == count ? offset : [Double](repeating: offset.first ?? 0, count: count)
      if scales.allSatisfy({ $0 > 0 }) {
        preparation.normalisation = Normalisation(
          mean: zip(scales, offsets).map { -$1 / ($0 * 255) }, deviation: scales.map { 1 / ($0 * 255) })
      }
    }
    guard let size = json["image_size"]?.asSize else { return preparation }
    preparation.size = size
    let scaling = scaling(
      json["interpolation"]?.asText ?? "bilinear", isAntialiased: json["antialias"]?.asTruth == true)
    if json["pad_to_aspect_ratio"]?.asTruth == true {
      preparation.doubts.append("it pads pictures to the model's proportions, which `letterbox` does: it is tried")
    } else if json["crop_to_aspect_ratio"]?.asTruth == true, size.width == size.height {
      preparation.steps = scaling.map { [.resizeShorterSide(size.width, $0), .centerCrop(size)] }
    } else {
      preparation.steps = scaling.map { [.resizeExactly(size, $0)] }
    }
    return preparation
  }

  private static func scaling(_ name: String, isAntialiased: Bool) -> Scaling? {
    let name = name.lowercased()
    return isAntialiased
      ? ResampleFilter(rawValue: name).map(Scaling.antialiased) : SampleKernel(rawValue: name).map(Scaling.sampled)
  }
}
