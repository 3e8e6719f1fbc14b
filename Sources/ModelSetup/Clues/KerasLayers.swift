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
    /// What nobody can read from its configuration; why, as a clause for people.
    case unclear(String)
  }

  /// What the model and the models within it are called.
  let names: [String]
  let inputSize: PixelSize?
  /// `nil` where no layer before the first convolution scales.
  let ownScaling: OwnScaling?

  /// Layers and operations of Keras 3 that calculate with pictures.
  private static let scaling: Set = ["Rescaling", "TrueDivide", "Divide", "Subtract", "Multiply", "Cast"]
  /// The same as calls of TensorFlow, which Keras 2 names without their `tf.`, and subtracting the mean as Caffe's models want it.
  private static let scalingCalls: Set = [
    "math.truediv", "math.divide", "math.subtract", "math.multiply", "math.add", "nn.bias_add", "__operators__.add",
    "__operators__.sub", "__operators__.mul", "__operators__.truediv", "cast",
  ]
  /// Taking channels out and putting them together again.
  private static let parting: Set = ["GetItem", "Stack", "__operators__.getitem", "stack"]
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
    ownScaling = Self.ownScaling(layers.prefix { !$0.kind.contains("Conv") && $0.kind != "Dense" })
  }

  /// - Parameters:
  ///   - layers: those before the first convolution.
  private static func ownScaling(_ layers: ArraySlice<Layer>) -> OwnScaling? {
    let scaling = layers.filter(\.scales)
    // What only changes the type says nothing of the range.
    if let first = scaling.first(where: { !$0.isCast }) ?? scaling.first { return first.takenRange }
    if layers.contains(where: { $0.kind == "Lambda" }) {
      return .unclear("a Lambda may prepare pictures; they are tried")
    }
    if layers.contains(where: { parting.contains($0.kind) }) {
      return .unclear("it takes pictures apart before its first convolution and may prepare them; they are tried")
    }
    guard let layer = layers.first(where: { $0.kind == "Normalization" }) else { return nil }
    // Statistics of ImageNet are of values in [0, 1] or of samples.
    return layer.means.allSatisfy { abs($0) <= 1.5 } && !layer.means.isEmpty ? .unit : .samples
  }

  private struct Layer {
    /// The class, or the function where the layer is a call of one.
    let kind: String
    /// Whether it is an operation on numbers, such as adding a constant, and no layer that joins others.
    let isOperation: Bool
    let settings: JSONValue?

    var scales: Bool {
      KerasLayers.scaling.contains(kind) || KerasLayers.scalingCalls.contains(kind) || kind == "Add" && isOperation
    }

    var isCast: Bool { kind.lowercased() == "cast" }

    /// A factor of this size keeps values in [0, 1] of that order.
    private static let leastUnitScale = 0.5
    /// What is multiplied by less was in 0…255.
    private static let mostSampleScale = 0.1

    /// What a layer that scales takes.
    var takenRange: OwnScaling {
      guard kind == "Rescaling", let scales = settings?["scale"]?.flattenedNumbers.map(abs), let least = scales.min(),
        let most = scales.max(), most >= Self.mostSampleScale
      else { return .samples }
      // A mean of samples is taken from samples, whatever the factor.
      let offset = settings?["offset"]?.flattenedNumbers.map(abs).max() ?? 0
      if offset > 2 * most { return .samples }
      guard least >= Self.leastUnitScale else {
        return .unclear("its Rescaling by \(least) may be of values in [0, 1] or of samples; they are tried")
      }
      return .unit
    }

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
      // Calls of functions are layers that hold the function's name.
      let isCall = kind == "TFOpLambda" || kind == "SlicingOpLambda"
      let function = isCall ? settings?["function"]?.asText : nil
      layers.append(
        Layer(
          kind: function.map { $0.hasPrefix("tf.") ? String($0.dropFirst("tf.".count)) : $0 } ?? kind,
          isOperation: layer["module"]?.asText?.split(separator: ".").contains("ops") == true, settings: settings))
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
