import Common
import Pixels

/// The beginning of a Keras model, as its configuration lists it.
struct KerasLayers {
  /// What a model that scales pictures itself takes.
  enum OwnScaling: Sendable, Hashable {
    /// Samples in 0…255.
    case samples
    /// Values in [0, 1].
    case unit
  }

  /// What the model and the models within it are called.
  let names: [String]
  let inputSize: PixelSize?
  /// `nil` where no layer before the first convolution scales.
  let ownScaling: OwnScaling?

  private static let scaling: Set = [
    "Rescaling", "TrueDivide", "Divide", "Subtract", "Multiply", "tf.math.truediv", "tf.math.subtract",
    "tf.math.multiply",
  ]
  private static let mostLayers = 64
  private static let deepestModel = 4

  /// - Returns: `nil` for what is no configuration of a Keras model.
  init?(_ json: JSONValue) {
    guard json["class_name"]?.asText != nil, json["config"]?["layers"]?.asList != nil else { return nil }
    var layers: [Layer] = []
    var names: [String] = []
    Self.flatten(json, into: &layers, &names, depth: 0)
    self.names = names
    inputSize = layers.lazy.compactMap(\.inputSize).first
    let before = layers.prefix { !$0.kind.contains("Conv") && $0.kind != "Dense" }
    if before.contains(where: { Self.scaling.contains($0.kind) }) {
      ownScaling = .samples
    } else if let layer = before.first(where: { $0.kind == "Normalization" }) {
      // Statistics of ImageNet are of values in [0, 1] or of samples.
      ownScaling = layer.means.allSatisfy { abs($0) <= 1.5 } && !layer.means.isEmpty ? .unit : .samples
    } else {
      ownScaling = nil
    }
  }

  private struct Layer {
    let kind: String
    let settings: JSONValue?

    var means: [Double] { settings?["mean"]?.flattenedNumbers ?? [] }

    /// `[batch, height, width, channels]`, or channels before height.
    var inputSize: PixelSize? {
      guard kind == "InputLayer",
        let shape = (settings?["batch_shape"] ?? settings?["batch_input_shape"])?.asList, shape.count == 4
      else { return nil }
      let isChannelsLast = [1, 3].contains(shape[3].asNumber)
      guard let height = shape[isChannelsLast ? 1 : 2].asSide, let width = shape[isChannelsLast ? 2 : 3].asSide else {
        return nil
      }
      return PixelSize(width: width, height: height)
    }
  }

  /// Models stand among the layers of models.
  private static func flatten(_ json: JSONValue, into layers: inout [Layer], _ names: inout [String], depth: Int) {
    guard depth < deepestModel else { return }
    if let name = json["config"]?["name"]?.asText { names.append(name) }
    for layer in json["config"]?["layers"]?.asList ?? [] {
      guard layers.count < mostLayers else { return }
      if layer["config"]?["layers"] != nil {
        flatten(layer, into: &layers, &names, depth: depth + 1)
        continue
      }
      guard let kind = layer["class_name"]?.asText else { continue }
      let settings = layer["config"]
      // Calls of functions are layers whose name is that of the function.
      let isCall = kind == "TFOpLambda"
      layers.append(Layer(kind: isCall ? settings?["function"]?.asText ?? kind : kind, settings: settings))
    }
  }
}

extension JSONValue {
  /// The numbers of a list, or of lists within lists.
  fileprivate var flattenedNumbers: [Double] {
    if let number = asNumber { return [number] }
    return asList?.prefix(16).flatMap { $0.asNumber.map { [$0] } ?? $0.asNumbers ?? [] } ?? []
  }
}
