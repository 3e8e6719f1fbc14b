import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing

/// One complete way from a file to what a model is fed.
struct PredictionSetting: Sendable, Hashable {
  var orientation: OrientationPolicy
  var steps: [PreprocessStep]
  /// `nil` for the filter's own values, which may be quantised.
  var normalisation: NamedNormalisation?
  var order: TensorChannels
}

/// Makes tensors of files, as a filter does or would do with other settings.
struct PictureTensors: Sendable {
  let definition: FilterDefinition
  let own: PredictionSetting

  init(_ definition: FilterDefinition) {
    self.definition = definition
    own = PredictionSetting(
      orientation: definition.limits.orientation, steps: definition.preprocessor.steps, normalisation: nil,
      order: definition.tensor.channels)
  }

  /// The elements of the tensor, little-endian.
  ///
  /// - Parameters:
  ///   - form: element and layout of the tensor; the filter's own ones for `nil`.
  /// - Throws: what decoding throws; `out-of-memory`.
  func tensor(
    _ file: [UInt8], _ setting: PredictionSetting, as form: TensorForm? = nil
  ) throws(SluiceError) -> [UInt8] {
    var limits = definition.limits
    limits.orientation = setting.orientation
    let preprocessor = try Preprocessor(steps: setting.steps, channels: definition.preprocessor.channels)
    let picture = try preprocessor.apply(to: ImageDecoder(limits: limits).decode(file.span).takePixels())
    var tensor = definition.tensor
    tensor.channels = setting.order
    if let form { (tensor.element, tensor.layout) = (form.element, form.layout) }
    let normalisation = setting.normalisation?.normalisation ?? definition.normalisation
    let batch = tensor.encoder(size: preprocessor.outputSize, normalisation).encoded(picture)
    let bytes = batch.bytes
    return (0..<bytes.byteCount).map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
  }

  /// What has to change of the filter to come to the setting, in the order of the way.
  func changes(to setting: PredictionSetting) -> [ParityChange] {
    parity(setting).changes(from: parity(own), element: definition.tensor.element)
  }

  private func parity(_ setting: PredictionSetting) -> ParitySetting {
    ParitySetting(
      orientation: setting.orientation, steps: setting.steps,
      values: setting.normalisation.map { SampleTables($0) } ?? SampleTables(of: definition), order: setting.order,
      layout: definition.tensor.layout)
  }
}

extension PictureTensors {
  /// The values and channel orders that models are usually trained with, the filter's own way aside.
  func colours(like setting: PredictionSetting) -> [PredictionSetting] {
    let channels = definition.tensor.channels.pixelChannels
    let orders: [TensorChannels] = channels == .gray ? [.gray] : [.rgb, .bgr]
    let isReal = definition.tensor.element == .float32 || definition.tensor.element == .float16
    let values = SampleTables(of: definition)
    // Samples as they are have no other values.
    let usual =
      isReal ? UsualPreparations.normalisations(channels).filter { !SampleTables($0).agrees(with: values) } : []
    return ([nil] + usual.map(Optional.some)).flatMap { normalisation in
      orders.map { order in
        var other = setting
        (other.normalisation, other.order) = (normalisation, order)
        return other
      }
    }.filter { $0 != setting }
  }

  /// The same with the other channel order, where there is one.
  func orders(like setting: PredictionSetting) -> [PredictionSetting] {
    guard setting.order != .gray else { return [] }
    var other = setting
    other.order = setting.order == .rgb ? .bgr : .rgb
    return [other]
  }

  /// The geometries that other pipelines usually have, and the orientation left alone or applied.
  func geometries(like setting: PredictionSetting) -> [PredictionSetting] {
    var turned = setting
    turned.orientation = setting.orientation == .apply ? .ignore : .apply
    let steps = ParityGeometries.candidates(own.steps, size: definition.preprocessor.outputSize)
    return [turned]
      + steps.filter { $0 != setting.steps }.map { steps in
        var other = setting
        other.steps = steps
        return other
      }
  }
}
