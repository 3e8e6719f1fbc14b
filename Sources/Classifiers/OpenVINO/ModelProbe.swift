import Common
import Files
import Pixels

/// One input or output of a model, as its file has it or as it became for one input shape.
package struct ModelTensor: Sendable, Hashable {
  /// Its place among the inputs, or among the outputs.
  let place: Int
  /// One of its names; what it is and its number where it has none.
  package let name: String
  /// The element type for people, as in `int64`; also of types that no tensor of this package has.
  package let type: String
  /// `nil` for a type that no tensor of this package has.
  package let element: TensorElement?
  /// `nil` for an axis that is not fixed; the whole is `nil` when even the rank is open.
  package let shape: [Int?]?

  /// How many elements it has; `nil` while an axis is open.
  package var count: Int? {
    guard let shape else { return nil }
    let sizes = shape.compactMap(\.self)
    guard sizes.count == shape.count else { return nil }
    var count = 1
    for size in sizes {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows else { return nil }
      count = product
    }
    return count
  }
}

extension ModelTensor {
  /// The most pictures that a model may want in each call: a single one is padded to as many, and with more of them to gigabytes.
  package static let maximumBatch = 64
}

/// A model file that is opened to find out what it is: described, and run with any input that it takes.
///
/// Nothing is assumed about the model. Where its use is known, `OpenVINOClassifier` runs it.
package final class ModelProbe: Sendable {
  package let path: String
  package let inputs: [ModelTensor]
  package let outputs: [ModelTensor]
  private let library: OpenVINOLibrary

  /// Opens the engine and reads the model.
  ///
  /// - Throws: `model-not-found`, `unreadable-model`, `engine-not-found`, `engine-failed`.
  package init(path: String, library: String? = nil, environment: [String: String]) throws(SluiceError) {
    // A folder is no file, and may be a model of another program.
    if FileStatus(path) != nil { try ModelFileForm.check(path) }
    try ModelFileForm.checkIsReadable(path, otherwise: "check its path")
    self.path = path
    self.library = try OpenVINOLibrary.open(OpenVINOLocator(setting: library, environment: environment))
    let model = try ReadModel(path, in: self.library)
    inputs = try model.tensors(.input)
    outputs = try model.tensors(.output)
  }

  /// The engine and its version, as in `OpenVINO 2026.4.1`.
  package var engine: String { "OpenVINO \(library.version.prefix { $0 != "-" })" }

  /// What a setting of the arithmetic comes to on this processor.
  ///
  /// - Throws: `engine-failed`.
  package func computedPrecision(of setting: InferencePrecision) throws(SluiceError) -> ComputedPrecision {
    try library.computedPrecision(of: setting)
  }

  /// How the output is called here that has the name among its names; `nil` where none has.
  ///
  /// - Throws: `engine-failed`.
  package func output(alsoCalled name: String) throws(SluiceError) -> String? {
    if outputs.contains(where: { $0.name == name }) { return name }
    let found = try ReadModel(path, in: library).tensors(.output, called: name).first { $0.name == name }
    return found.flatMap { found in outputs.first { $0.place == found.place } }?.name
  }

  /// The model made ready for one shape of its one input.
  ///
  /// The file is read again for each: a shape that the model refuses can leave what was read unusable.
  ///
  /// - Throws: `engine-failed` where the model does not take the shape.
  package func prepared(
    for input: ModelTensor, shape: [Int], precision: ComputedPrecision = .f32
  ) throws(SluiceError) -> PreparedModel {
    let model = try ReadModel(path, in: library)
    try model.reshape(input: input.place, to: shape)
    return PreparedModel(
      input: input, shape: shape, outputs: try model.tensors(.output),
      compiled: try model.compiled(streams: 1, precision: precision))
  }
}

/// A model made ready for one input shape.
package final class PreparedModel: Sendable {
  package let input: ModelTensor
  package let shape: [Int]
  /// The outputs as they are for this shape.
  package let outputs: [ModelTensor]
  private let compiled: OpenVINOCompiledModel

  init(input: ModelTensor, shape: [Int], outputs: [ModelTensor], compiled: OpenVINOCompiledModel) {
    self.input = input
    self.shape = shape
    self.outputs = outputs
    self.compiled = compiled
  }

  /// Runs the model once and gives the numbers of one output, in its order; integers as what they count.
  ///
  /// - Parameters:
  ///   - bytes: the elements of the input, as many as the shape says.
  ///   - output: one of `outputs`.
  /// - Throws: `classifier-failed`, also where the size of the output is not known before it runs, and for outputs
  ///   that are neither floating-point numbers nor integers of 8, 32 or 64 bits.
  package func values(of bytes: RawSpan, output: ModelTensor) throws(SluiceError) -> [Float] {
    guard let element = input.element, let count = output.count else {
      throw SluiceError(
        .classifierFailed, "the size of the output `\(output.name.printableName)` is not known before the model runs")
    }
    return try compiled.infer(
      bytes, input: input.place, shape: shape, element: element, output: output.place, count: count)
  }
}

extension ModelTensor {
  init(_ port: ModelPort, type: String) {
    self.init(place: port.place, name: port.name, type: type, element: port.element, shape: port.shape)
  }
}
