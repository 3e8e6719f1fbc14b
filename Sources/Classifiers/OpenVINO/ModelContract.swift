import Common
import Files
import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Which input and output of a model are used, checked against the tensors that the filter makes.
struct ModelContract {
  let input: String
  let output: String
  let classCount: Int
  /// The batch size that the file fixes; `nil` when it is open.
  let fixedBatch: Int?

  /// - Throws: `model-mismatch`, naming what the model has and what the filter makes.
  init(_ model: OpenVINOModel, _ settings: OpenVINOSettings, _ form: TensorForm) throws(SluiceError) {
    let ports = try Ports(model, settings, form)
    input = ports.input.name
    output = ports.output.name
    fixedBatch = ports.input.shape?.first ?? nil
    classCount = try Self.classCount(of: ports.output, model: model.path)
  }

  /// The input and output that are used.
  struct Ports {
    let input: ModelPort
    let output: ModelPort

    /// - Throws: `model-mismatch` unless the model has the named ports, one input, and takes tensors of `form`.
    init(_ model: OpenVINOModel, _ settings: OpenVINOSettings, _ form: TensorForm) throws(SluiceError) {
      let (inputs, outputs) = (model.ports.inputs, model.ports.outputs)
      input = try ModelContract.choose(settings.input, among: inputs, kind: "input", model: model.path)
      output = try ModelContract.choose(settings.output, among: outputs, kind: "output", model: model.path)
      guard inputs.count == 1 else {
        throw SluiceError(
          .modelMismatch, "the model \(model.path) has \(inputs.count) inputs; an image model has one")
      }
      try ModelContract.check(input, takes: form, model: model.path)
    }
  }

  private static func choose(
    _ name: String?, among ports: [ModelPort], kind: String, model: String
  ) throws(SluiceError) -> ModelPort {
    let available = ports.map(\.summary).joined(separator: ", ")
    if let name {
      if let port = ports.first(where: { $0.name == name }) { return port }
      throw SluiceError(
        .modelMismatch, "the model \(model) has no \(kind) `\(name)`", remedy: "it has \(available)")
    }
    guard let only = ports.first, ports.count == 1 else {
      throw SluiceError(
        .modelMismatch, "the model \(model) has \(ports.count) \(kind)s",
        remedy: "name its \(kind) in the filter file: \(available)")
    }
    return only
  }

  private static func check(
    _ input: ModelPort, takes form: TensorForm, model: String
  ) throws(SluiceError) {
    let wanted = form.shape(batch: 1)
    let shown = "\(form.element.rawValue) N×" + wanted.dropFirst().map(String.init).joined(separator: "×")
    let mismatch = SluiceError(
      .modelMismatch, "the model \(model) takes \(input.summary), but the filter makes \(shown)",
      remedy: "change `tensor` and `preprocess` in the filter file to what the model takes")
    guard input.element == form.element, input.shape?.first != 0, input.fits(wanted) else { throw mismatch }
  }

  /// One score for each class: the output is N×K, or N×K×1×1 and the like.
  private static func classCount(of output: ModelPort, model: String) throws(SluiceError) -> Int {
    guard output.element == .float32 else {
      throw SluiceError(
        .modelMismatch, "the model \(model) gives \(output.summary); class scores are taken as float32",
        remedy: "export the model with float32 outputs, those of a quantised one converted back")
    }
    let unusable = SluiceError(
      .modelMismatch, "the output \(output.summary) of the model \(model) is not a list of class scores",
      remedy: "name an output of shape N×classes under `classifier.openvino.output`")
    guard let shape = output.shape, shape.count >= 2 else { throw unusable }
    guard let classes = shape[1], shape.dropFirst(2).allSatisfy({ $0 == 1 }) else { throw unusable }
    guard classes >= 2 else {
      throw SluiceError(
        .modelMismatch, "the output \(output.summary) of the model \(model) is one score, and not one for each class",
        remedy: "export the model with a score for each of its two classes: for one logit x, these are 0 and x")
    }
    return classes
  }
}

extension ModelPort {
  /// Whether a tensor of this shape fits, whatever the batch size; an axis that is open takes any length.
  func fits(_ wanted: [Int]) -> Bool {
    guard let shape else { return true }
    return shape.count == wanted.count
      && zip(shape, wanted).dropFirst().allSatisfy { available, wanted in available == nil || available == wanted }
  }
}

/// Whether `path` is a regular file that this process may read.
func isReadableFile(_ path: String) -> Bool {
  guard FileStatus(path)?.isRegularFile == true else { return false }
  return unsafe access(path, R_OK) == 0
}
