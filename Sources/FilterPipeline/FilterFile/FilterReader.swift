import Classifiers
import Common
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Reads the sections of a filter file, strictly.
struct FilterReader {
  let paths: PathExpansion
  var readsDetectors = true

  func definition(_ root: FilterNode) throws(SluiceError) -> FilterDefinition {
    var members = try root.members(of: FilterKey.self)
    if !readsDetectors { members.forget(FilterKey.allCases.filter(\.isBehindPreparation)) }
    _ = try members.required(.version).integer(1...1)
    let tensor = try tensor(members.required(.tensor))
    let preprocessor = try preprocessor(members.required(.preprocess), tensor.channels)
    let normalisation =
      try members.optional(.normalize) { node throws(SluiceError) in try self.normalisation(node, tensor) }
      ?? .identity(tensor.channels.pixelChannels)
    let modelReader = ModelReader(
      paths: paths, size: preprocessor.outputSize, normalisation: normalisation, tensor: tensor)
    let classifier = try members.optional(.classifier, modelReader.classifier)
    let models = try members.optional(.models, modelReader.models) ?? []
    let autoencoders = try members.optional(.autoencoders, modelReader.autoencoders) ?? []
    let detectorReader = DetectorReader(
      modelSize: preprocessor.outputSize, hasClassifier: classifier != nil, models: models.map(\.name),
      autoencoders: autoencoders.map(\.name), channels: tensor.channels.pixelChannels,
      hasDecision: members[.decision] != nil, paths: paths)
    var definition = FilterDefinition(
      name: try members.required(.name).string(),
      limits: try members.optional(.decode, limits) ?? DecodeLimits(), preprocessor: preprocessor,
      normalisation: normalisation, tensor: tensor, classifier: classifier, models: models,
      autoencoders: autoencoders, activationRangesPath: try members.optional(.activationRanges, paths.path),
      secretPath: try members.optional(.secret, paths.path),
      detectors: try members.optional(.detectors, detectorReader.detectors) ?? [],
      forward: try members.optional(.forward, forward) ?? .original,
      sanitize: try members.optional(.sanitize, SqueezerReader.squeezer))
    let decisionReader = DecisionReader(
      paths: paths, quantisedModel: definition.quantisedModels.first, automaticModel: definition.automaticModel)
    definition.decision = try members.optional(.decision, decisionReader.decision)
    for path in definition.weightPaths { paths.add(path) }
    definition.namedPaths = paths.expanded
    try Self.check(definition, root, members)
    return definition
  }

  /// What several keys say together.
  private static func check(
    _ definition: FilterDefinition, _ root: FilterNode, _ members: KeyedMembers<FilterKey>
  ) throws(SluiceError) {
    if definition.activationRangesPath == nil, let model = definition.quantisedModels.first {
      throw root.error(
        "computes `\(model)` in int8; name a file under `activationRanges` for `sluice quantise` to write")
    }
    if let node = members[.activationRanges], definition.quantisedModels.isEmpty {
      throw node.error("has no effect: no model is computed in int8")
    }
    if let node = members[.decision], definition.calibratedDetectors.isEmpty {
      throw node.error("has nothing to decide: every detector has a threshold of its own")
    }
    for (key, squeezer) in definition.forwardedSqueezers where !squeezer.keepsSize {
      throw (members[key] ?? root).error("cannot be `\(squeezer)`: a forwarded image keeps its size")
    }
    if let node = members[.decision] { try DecisionReader.checkShares(definition, node) }
    if definition.secretPath == nil, let squeezer = definition.squeezers.first(where: \.isRandomised) {
      throw root.error("uses `\(squeezer)`, whose random choices come from a secret; name its file under `secret`")
    }
  }

  /// Steps that end in a fixed size.
  func preprocessor(_ node: FilterNode, _ channels: TensorChannels) throws(SluiceError) -> Preprocessor {
    let steps = try node.list(1...16, of: step)
    do throws(SluiceError) {
      return try Preprocessor(steps: steps, channels: channels.pixelChannels)
    } catch {
      throw node.error("cannot be used: \(error.description)")
    }
  }

  private enum LimitKey: String, CaseIterable {
    case formats
    case maxBytes
    case maxPixels
    case maxDimension
    case orientation
  }

  private func limits(_ node: FilterNode) throws(SluiceError) -> DecodeLimits {
    let members = try node.members(of: LimitKey.self)
    var limits = DecodeLimits()
    if let formats = members[.formats] {
      limits.formats = Set(
        try formats.list(1...2) { format throws(SluiceError) in try format.choice(of: ImageFormat.self) })
    }
    if let bytes = members[.maxBytes] {
      limits.maxBytes = try bytes.quantity(unit: "B", DecodeLimits.byteRange)
    }
    if let pixels = members[.maxPixels] {
      limits.maxPixels = try pixels.quantity(unit: "P", DecodeLimits.pixelRange)
    }
    if let dimension = members[.maxDimension] {
      limits.maxDimension = try dimension.integer(DecodeLimits.dimensionRange)
    }
    if let orientation = members[.orientation] {
      limits.orientation = try orientation.choice(of: OrientationPolicy.self)
    }
    return limits
  }

  private enum StepKey: String, CaseIterable {
    case resize
    case centerCrop
    case letterbox
  }

  private func step(_ node: FilterNode) throws(SluiceError) -> PreprocessStep {
    let (key, value) = try node.onlyMember(of: StepKey.self, what: "step")
    return switch key {
    case .resize: try resize(value)
    case .centerCrop: try centerCrop(value)
    case .letterbox: try letterbox(value)
    }
  }

  /// What steps say: each its part of these.
  private enum GeometryKey: String, CaseIterable {
    case shorterSide
    case width
    case height
    case filter
    case antialias
    case level
    case rounding
  }

  private func resize(_ node: FilterNode) throws(SluiceError) -> PreprocessStep {
    let members = try node.members(among: [GeometryKey.shorterSide, .width, .height, .filter, .antialias])
    let scaling = try scaling(members)
    guard let side = members[.shorterSide] else { return .resizeExactly(try rectangle(members), scaling) }
    guard members[.width] == nil, members[.height] == nil else {
      throw node.error("takes either shorterSide, or width and height")
    }
    return .resizeShorterSide(try side.integer(PreprocessStep.sideRange), scaling)
  }

  /// Which kernels there are depends on whether they are widened to antialias.
  private func scaling(_ members: KeyedMembers<GeometryKey>) throws(SluiceError) -> Scaling {
    let isAntialiased = try members.optional(.antialias) { (node) throws(SluiceError) in try node.boolean() } ?? true
    guard let named = members[.filter] else { return isAntialiased ? .bilinear : .sampled(.bilinear) }
    if isAntialiased { return .antialiased(try named.choice(of: ResampleFilter.self)) }
    return .sampled(try named.choice(of: SampleKernel.self))
  }

  private func rectangle(_ members: KeyedMembers<GeometryKey>) throws(SluiceError) -> PixelSize {
    PixelSize(
      width: try members.required(.width).integer(PreprocessStep.sideRange),
      height: try members.required(.height).integer(PreprocessStep.sideRange))
  }

  /// `{width: 224, height: 224, level: 114}`.
  private func letterbox(_ node: FilterNode) throws(SluiceError) -> PreprocessStep {
    let members = try node.members(among: [GeometryKey.width, .height, .filter, .level])
    let filter = try members.optional(.filter) { (node) throws(SluiceError) in try node.choice(of: ResampleFilter.self)
    }
    let level = try members.optional(.level) { (node) throws(SluiceError) in try node.integer(0...255) }
    return .letterbox(try rectangle(members), filter ?? .bilinear, level: UInt8(level ?? 0))
  }

  /// `224` for a square, or `{width: 224, height: 192, rounding: down}`.
  private func centerCrop(_ node: FilterNode) throws(SluiceError) -> PreprocessStep {
    if !node.isMapping {
      let side = try node.integer(PreprocessStep.sideRange)
      return .centerCrop(PixelSize(width: side, height: side))
    }
    let members = try node.members(among: [GeometryKey.width, .height, .rounding])
    let rounding = try members.optional(.rounding) { (node) throws(SluiceError) in
      try node.choice(of: CropRounding.self)
    }
    return .centerCrop(try rectangle(members), rounding: rounding ?? .halfToEven)
  }

  private enum NormalisationKey: String, CaseIterable {
    case mean
    case std
  }

  func normalisation(
    _ node: FilterNode, _ tensor: FilterDefinition.TensorDefinition
  ) throws(SluiceError) -> Normalisation {
    let members = try node.members(of: NormalisationKey.self)
    let depth = tensor.channels.pixelChannels.rawValue
    let mean = try Self.levels(members.required(.mean), depth, -10...10)
    let deviation = try Self.levels(members.required(.std), depth, 1e-3...10)
    if tensor.element == .uint8 || tensor.element == .int8, tensor.quantisation == nil {
      throw node.error("has no effect on \(tensor.element.rawValue) tensors without `scale` and `zeroPoint`")
    }
    return Normalisation(mean: mean, standardDeviation: deviation)
  }

  /// A number for each channel.
  private static func levels(
    _ node: FilterNode, _ depth: Int, _ range: ClosedRange<Double>
  ) throws(SluiceError) -> [Float] {
    if node.scalarText != nil {
      _ = try level(node, range)
      throw node.error("must be a list of \(depth) numbers, one for each channel")
    }
    return try node.list(depth...depth) { entry throws(SluiceError) in try level(entry, range) }
  }

  /// A number in units of values from 0 to 1, where many are published in units of 8-bit samples.
  private static func level(_ node: FilterNode, _ range: ClosedRange<Double>) throws(SluiceError) -> Float {
    if let value = node.scalarText.flatMap(Double.init), value > range.upperBound, value <= 255 {
      let scaled = (value / 255 * 1e6).rounded() / 1e6
      throw node.error("is `\(value)`, but values are in [0,1] here; divide by 255: \(scaled)")
    }
    return Float(try node.number(range))
  }

  private enum TensorKey: String, CaseIterable {
    case layout
    case type
    case channels
    case scale
    case zeroPoint
  }

  func tensor(_ node: FilterNode) throws(SluiceError) -> FilterDefinition.TensorDefinition {
    let members = try node.members(of: TensorKey.self)
    let element = try members.required(.type).choice(of: TensorElement.self)
    var quantisation: Quantisation?
    if members[.scale] != nil || members[.zeroPoint] != nil {
      guard element == .uint8 || element == .int8 else {
        throw node.error("has scale or zeroPoint, which only uint8 and int8 tensors take")
      }
      quantisation = Quantisation(
        scale: Float(try members.required(.scale).number(1e-9...1e6)),
        zeroPoint: try members.required(.zeroPoint).integer(element == .uint8 ? 0...255 : -128...127))
    }
    var channels = TensorChannels.rgb
    if let named = members[.channels] { channels = try named.choice(of: TensorChannels.self) }
    let layout = try members.required(.layout).choice(of: TensorLayout.self)
    guard layout.takes(channels.pixelChannels) else {
      throw node.error(
        "has the layout \(layout.rawValue), which only gray pictures can have: say `channels: gray`, or another layout")
    }
    return FilterDefinition.TensorDefinition(
      element: element, layout: layout, channels: channels, quantisation: quantisation)
  }

  private enum VersionKey: String, CaseIterable {
    case squeezed
  }

  private func forward(_ node: FilterNode) throws(SluiceError) -> FilterDefinition.ForwardedVersion {
    if node.scalarText == "original" { return .original }
    guard node.isMapping else { throw node.error("must be `original` or {squeezed: …}") }
    let (_, squeezer) = try node.onlyMember(of: VersionKey.self, what: "version")
    return .squeezed(try SqueezerReader.squeezer(squeezer))
  }
}

extension FilterDefinition {
  /// The files beside models that hold their weights.
  fileprivate var weightPaths: [String] {
    let settings = [classifier?.openVINO].compactMap(\.self) + (models + autoencoders).map(\.openVINO)
    return settings.flatMap { WeightFiles(ofModelAt: $0.modelPath).files.map(\.path) }
  }

  /// The squeezers whose results are forwarded, by their keys.
  fileprivate var forwardedSqueezers: [(key: FilterKey, squeezer: any Squeezer)] {
    var named: [(key: FilterKey, squeezer: any Squeezer)] = []
    if case .squeezed(let squeezer) = forward { named.append((.forward, squeezer)) }
    if let sanitize { named.append((.sanitize, sanitize)) }
    return named
  }
}

extension Squeezer {
  fileprivate var keepsSize: Bool {
    let size = PixelSize(width: 1, height: 1)
    return outputSize(of: size) == size
  }
}
