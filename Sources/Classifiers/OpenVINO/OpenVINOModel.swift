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
  // A change of shape changes what was read, so shape and compiling go together under the lock.
  private let read: Mutex<ReadModel?>

  /// What a model is compiled for.
  struct Variant: Sendable, Hashable {
    let input: String
    let shape: [Int]
    let output: String
    /// How many values the output has.
    let outputCount: Int
    let streams: Int
    let precision: ComputedPrecision
  }

  static let sizeRemedy =
    "prepare pictures at the size that the model was made for, or export it so that it takes any height and width"

  /// Opens the engine and describes the model.
  ///
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`.
  init(
    _ settings: OpenVINOSettings, environment: [String: String], cache: ModelCache?
  ) throws(SluiceError) {
    path = settings.modelPath
    guard isReadableFile(path) else {
      throw SluiceError(
        .modelNotFound, "the model \(path) does not exist or cannot be read",
        remedy: "check its path in the filter file, which may also say how to install it")
    }
    library = try OpenVINOLibrary.open(OpenVINOLocator(setting: settings.library, environment: environment))
    var part = ModelPart(path: path, start: nil, library: library)
    var description = try part.described(cache)
    if let input = settings.input, description?.ports.inputs.contains(where: { $0.name == input }) == false {
      let behind = ModelPart(path: path, start: input, library: library)
      if let found = try behind.described(cache) { (part, description) = (behind, found) }
    }
    guard let description else { throw Self.unreadable(path) }
    self.part = part
    ports = description.ports
    stored = description.stored
    read = Mutex(description.read)
  }

  private static func unreadable(_ path: String) -> SluiceError {
    SluiceError(.engineFailed, "the model \(path) cannot be read")
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
      // What was found behind a tensor is missing only from a file that was replaced since.
      let known = if let read { read } else { try part.read() }
      guard let model = known else { throw Self.unreadable(path) }
      read = model
      try give(model, variant)
      let compiled = try model.compiled(streams: variant.streams, precision: variant.precision)
      try check(compiled, computesIn: variant.precision)
      stored?.keep(compiled, variant)
      return compiled
    }
  }

  /// Scores of one arithmetic are judged by what is known of that one, so the engine must not choose another.
  private func check(_ compiled: OpenVINOCompiledModel, computesIn precision: ComputedPrecision) throws(SluiceError) {
    guard let found = try compiled.precision(), found == precision else {
      throw SluiceError(
        .engineFailed, "the engine computes \(path) in a precision other than \(precision.rawValue)",
        remedy: "set `precision: f32` for the model, and calibrate again")
    }
  }

  private func give(_ model: ReadModel, _ variant: Variant) throws(SluiceError) {
    let shape = variant.shape.map(String.init).joined(separator: "×")
    do throws(SluiceError) {
      try model.reshape(input: variant.input, to: variant.shape)
    } catch {
      throw SluiceError(
        .modelMismatch, "the model \(path) cannot take an input of \(shape): \(error.message)", remedy: Self.sizeRemedy)
    }
    let output = try model.ports().outputs.first { $0.name == variant.output }
    // An axis that stays open is known, and checked, once the model has run.
    guard let sizes = output?.shape?.compactMap(\.self), sizes.count == output?.shape?.count else { return }
    guard sizes.reduce(1, *) == variant.outputCount else {
      throw SluiceError(
        .modelMismatch,
        "for an input of \(shape), the model \(path) gives \(sizes.map(String.init).joined(separator: "×")) values, "
          + "which are other ones than those it was made to give", remedy: Self.sizeRemedy)
    }
  }
}
