import Common
import Synchronization

/// A model file that several classifiers may use: described, and compiled for what each of them needs.
///
/// The file is read when something has to be compiled that the cache does not have, and then once.
final class OpenVINOModel: Sendable {
  let path: String
  let library: OpenVINOLibrary
  let ports: ModelPorts
  private let part: ModelPart
  private let stored: StoredModel?
  // A change of shape changes what was read, so shape and compiling go together under the lock. What was read is sendable only
  // because nobody asks it outside of the lock.
  private let read: Mutex<[ActivationRanges?: ReadModel]>

  /// What a model is compiled for.
  struct Variant: Sendable, Hashable {
    /// The place of the input.
    let input: Int
    let shape: [Int]
    /// The place of the output.
    let output: Int
    /// How many values the output has.
    let outputCount: Int
    let streams: Int
    let precision: ComputedPrecision
    /// What inner tensors are rounded by; `nil` where nothing is computed in 8 bits.
    let ranges: ActivationRanges?

    /// - Throws: `invalid-activation-ranges` where they are needed and there are none.
    init(
      input: Int, shape: [Int], output: Int, outputCount: Int, _ settings: OpenVINOSettings,
      _ precision: ComputedPrecision
    ) throws(SluiceError) {
      if precision == .int8, settings.activationRanges == nil {
        throw SluiceError(
          .invalidActivationRanges,
          "the model \(settings.modelPath) is to be computed in int8 without activation ranges",
          remedy: "measure them with `sluice quantise`, and name the file under `activationRanges`")
      }
      self.input = input
      self.shape = shape
      self.output = output
      self.outputCount = outputCount
      streams = settings.streams
      self.precision = precision
      ranges = precision == .int8 ? settings.activationRanges : nil
    }
  }

  static let sizeRemedy =
    "prepare pictures at the size that the model was made for, or export it so that it takes any height and width"

  /// Opens the engine and describes the model.
  ///
  /// - Throws: `model-not-found`, `unreadable-model`, `engine-not-found`, `engine-failed`.
  init(
    _ settings: OpenVINOSettings, environment: [String: String], cache: ModelCache?
  ) throws(SluiceError) {
    path = settings.modelPath
    try ModelFileForm.checkIsReadable(
      path, otherwise: "check its path in the filter file, which may also say how to install it")
    try ModelFileForm.checkName(path)
    library = try OpenVINOLibrary.open(OpenVINOLocator(setting: settings.library, environment: environment))
    var part = ModelPart(path: path, start: nil, library: library)
    let question = PortQuestion(input: settings.input, output: settings.output)
    var description = try part.described(cache, question)
    if let input = settings.input, description?.ports.inputs.contains(where: { $0.name == input }) == false {
      let behind = ModelPart(path: path, start: input, library: library)
      if let found = try behind.described(cache, question) { (part, description) = (behind, found) }
    }
    guard let description else { throw Self.unreadable(path) }
    self.part = part
    ports = description.ports
    stored = description.stored
    read = Mutex(description.read.map { [nil: $0] } ?? [:])
  }

  private static func unreadable(_ path: String) -> SluiceError {
    SluiceError(
      .engineFailed, "the model \(path) cannot be read: it was replaced since it was opened", remedy: "start again")
  }

  /// Engine and model for people.
  var description: String {
    "OpenVINO \(library.version), \(path.split(separator: "/").last.map(String.init) ?? path)"
  }

  /// The model compiled for one input shape.
  ///
  /// - Throws: `model-mismatch` where the model does not take the shape, or gives another number of values for it;
  ///   `engine-failed`.
  func compiled(_ variant: Variant) throws(SluiceError) -> OpenVINOCompiledModel {
    if let compiled = stored?.compiled(variant) { return compiled }
    return try read.withLock { (read) throws(SluiceError) in
      let model = try readModel(variant.ranges, from: &read)
      try give(model, variant)
      let compiled = try model.compiled(streams: variant.streams, precision: variant.precision)
      try check(compiled, computesIn: variant.precision)
      stored?.keep(compiled, variant)
      return compiled
    }
  }

  /// The inputs and outputs as they are for one shape of an input, where the file leaves open what follows from it.
  ///
  /// - Throws: `model-mismatch` where the model does not take the shape; `engine-failed`.
  func ports(input: Int, shape: [Int]) throws(SluiceError) -> ModelPorts {
    let question = PortQuestion(shape: shape)
    if let known = stored?.ports(question) { return known }
    let ports = try read.withLock { (read) throws(SluiceError) -> ModelPorts in
      let model = try readModel(nil, from: &read)
      try reshape(model, input: input, to: shape)
      return try model.ports()
    }
    stored?.keep(ports, question)
    return ports
  }

  /// The model in single precision, or rounded by ranges, which is read where it was not read before.
  private func readModel(
    _ ranges: ActivationRanges?, from read: inout [ActivationRanges?: ReadModel]
  ) throws(SluiceError) -> ReadModel {
    if let known = read[ranges] { return known }
    let found: ReadModel? = if let ranges { try part.quantised(ranges) } else { try part.read() }
    // What was found behind a tensor is missing only from a file that was replaced since.
    guard let model = found else { throw Self.unreadable(path) }
    read[ranges] = model
    return model
  }

  /// A model whose output are the extremes of inner tensors, compiled for one input shape.
  struct Observed {
    let model: OpenVINOCompiledModel
    let part: ModelPart.Observed
  }

  /// - Throws: as `compiled`, and `model-mismatch` for a model that cannot be computed in 8 bits.
  func observed(input: Int, shape: [Int]) throws(SluiceError) -> Observed {
    let part = try part.observed()
    try reshape(part.model, input: input, to: shape)
    return Observed(model: try part.model.compiled(streams: 1, precision: .f32), part: part)
  }

  /// Scores of one arithmetic are judged by what is known of that one, so the engine must not choose another.
  private func check(_ compiled: OpenVINOCompiledModel, computesIn precision: ComputedPrecision) throws(SluiceError) {
    guard let found = try compiled.precision(), found == precision.ofTheEngine else {
      throw SluiceError(
        .engineFailed, "the engine computes \(path) in a precision other than \(precision.rawValue)",
        remedy: "set `precision: f32` for the model, and calibrate again")
    }
  }

  private func give(_ model: ReadModel, _ variant: Variant) throws(SluiceError) {
    let shape = Self.text(variant.shape)
    try reshape(model, input: variant.input, to: variant.shape)
    let outputs = try model.ports().outputs
    // The file may have been replaced since it was described.
    guard outputs.indices.contains(variant.output) else { throw Self.unreadable(path) }
    let output = outputs[variant.output]
    // An axis that stays open is known, and checked, once the model has run.
    guard let sizes = output.shape?.compactMap(\.self), sizes.count == output.shape?.count else { return }
    guard sizes.reduce(1, *) == variant.outputCount else {
      throw SluiceError(
        .modelMismatch,
        "for an input of \(shape), the model \(path) gives \(sizes.map(String.init).joined(separator: "×")) values, "
          + "which are other ones than those it was made to give", remedy: Self.sizeRemedy)
    }
  }

  private func reshape(_ model: ReadModel, input: Int, to shape: [Int]) throws(SluiceError) {
    do throws(SluiceError) {
      try model.reshape(input: input, to: shape)
    } catch {
      throw SluiceError(
        .modelMismatch, "the model \(path) cannot take an input of \(Self.text(shape)): \(error.message)",
        remedy: Self.sizeRemedy)
    }
  }

  private static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
}
