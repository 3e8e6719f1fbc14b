import Classifiers
import Common
import Pixels
import Preprocessing

/// Reads the protected classifier, further models and autoencoders.
struct ModelReader {
  let paths: PathExpansion
  /// What a further model takes unless it says otherwise: the classifier's picture as it is, of this size.
  let size: PixelSize
  /// What a further model takes unless it says otherwise, as the protected classifier does.
  let normalisation: Normalisation
  let tensor: FilterDefinition.TensorDefinition

  private static let countRange = 1...8

  private enum Engine: String, CaseIterable {
    case openvino
  }

  private enum EngineKey: String, CaseIterable {
    case model
    case input
    case output
    case scores
    case outputScale
    case outputZeroPoint
    case precision
    case library
    case labels
    case maxBatch
    case witnessPrecision

    /// Whether only the protected classifier has it.
    var isOfClassifier: Bool { [.labels, .maxBatch, .witnessPrecision].contains(self) }
  }

  private enum ModelKey: String, CaseIterable {
    case openvino
    case preprocess
    case normalize
    case tensor
  }

  func classifier(_ node: FilterNode) throws(SluiceError) -> FilterDefinition.ClassifierDefinition {
    let (_, engine) = try node.onlyMember(of: Engine.self, what: "engine")
    let members = try engine.members(of: EngineKey.self)
    var definition = FilterDefinition.ClassifierDefinition(
      openVINO: try settings(members), labelsPath: try members.optional(.labels, paths.path))
    if let maxBatch = members[.maxBatch] {
      definition.maxBatch = try maxBatch.integer(FilterDefinition.ClassifierDefinition.maxBatchRange)
    }
    // Scores of another arithmetic are other scores, so nothing is faster unasked.
    definition.witnessPrecision = definition.openVINO.precision
    if let precision = members[.witnessPrecision] {
      definition.witnessPrecision = try precision.choice(of: InferencePrecision.self)
    }
    return definition
  }

  /// Models by name, as in `{second: {openvino: {model: second.onnx}}}`.
  func models(_ node: FilterNode) throws(SluiceError) -> [FilterDefinition.ModelDefinition] {
    try node.namedMembers(Self.countRange) { (name, member) throws(SluiceError) in try model(name, member) }
  }

  /// Autoencoders by name; they take and give 32-bit floats.
  func autoencoders(_ node: FilterNode) throws(SluiceError) -> [FilterDefinition.ModelDefinition] {
    try node.namedMembers(Self.countRange) { (name, member) throws(SluiceError) in
      _ = try member.members(among: [ModelKey.openvino, .normalize, .tensor])
      let definition = try model(name, member)
      guard definition.tensor.element == .float32 else { throw member.error("must take float32 tensors") }
      // It is its smallest errors that tell.
      guard definition.openVINO.precision != .int8 else {
        throw member.error("cannot be computed in int8; permitted are f32, bf16, auto")
      }
      guard definition.tensor.channels.pixelChannels == tensor.channels.pixelChannels else {
        throw member.error("must take as many channels as the classifier")
      }
      return definition
    }
  }

  private func model(_ name: String, _ node: FilterNode) throws(SluiceError) -> FilterDefinition.ModelDefinition {
    let members = try node.members(of: ModelKey.self)
    let reader = FilterReader(paths: paths)
    let tensor = try members.optional(.tensor, reader.tensor) ?? tensor
    let channels = tensor.channels.pixelChannels
    var normalisation = normalisation.mean.count == channels.rawValue ? normalisation : .identity(channels)
    if let node = members[.normalize] { normalisation = try reader.normalisation(node, tensor) }
    let engine = try members.required(.openvino).members(among: EngineKey.allCases.filter { !$0.isOfClassifier })
    return FilterDefinition.ModelDefinition(
      name: name, openVINO: try settings(engine),
      preprocessor: try members.optional(.preprocess) { (node) throws(SluiceError) in
        try reader.preprocessor(node, tensor.channels)
      } ?? Preprocessor(steps: [.resizeExactly(size, .bilinear)], channels: channels),
      normalisation: normalisation, tensor: tensor)
  }

  private func settings(_ members: KeyedMembers<EngineKey>) throws(SluiceError) -> OpenVINOSettings {
    var settings = OpenVINOSettings(modelPath: try paths.path(members.required(.model)))
    settings.input = try members[.input]?.string()
    settings.output = try members[.output]?.string()
    settings.library = try members.optional(.library, paths.path)
    if let scores = members[.scores] { settings.scores = try scores.choice(of: ScoreKind.self) }
    if let scale = members[.outputScale] {
      settings.outputQuantisation = OutputQuantisation(
        scale: Float(try scale.number(1e-9...1e6)),
        zeroPoint: try members.optional(.outputZeroPoint) { (node) throws(SluiceError) in
          try node.integer(-128...255)
        } ?? 0)
    } else if let zeroPoint = members[.outputZeroPoint] {
      throw zeroPoint.error("needs an `outputScale` beside it")
    }
    if let precision = members[.precision] {
      settings.precision = try precision.choice(of: InferencePrecision.self)
    }
    return settings
  }
}
