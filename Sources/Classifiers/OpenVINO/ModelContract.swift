import Common
import Files
import Glibc
import Pixels

/// Which input and output of a model are used, checked against the tensors that the filter makes.
struct ModelContract {
  /// The places that they have in the model.
  let input: Int
  let output: Int
  let outputElement: TensorElement
  let classCount: Int
  /// How many numbers the output has for each picture.
  let valueCount: Int
  /// How the numbers of an 8-bit output become scores.
  let dequantisation: OutputQuantisation
  /// The batch size that the file fixes; `nil` when it is open.
  let fixedBatch: Int?

  /// - Throws: `model-mismatch`, naming what the model has and what the filter makes.
  init(_ model: OpenVINOModel, _ settings: OpenVINOSettings, _ form: TensorForm) throws(SluiceError) {
    let ports = try Ports(model, settings, form)
    input = ports.input.place
    output = ports.output.place
    fixedBatch = ports.input.shape?.pictureCount
    let scores = try Self.scores(of: ports, model, form)
    let values = try Self.valueCount(of: scores, batch: ports.input.shape?.pictureCount, model: model.path)
    classCount = try Self.classCount(values: values, settings.scores, of: scores, model: model.path)
    valueCount = values
    outputElement = ports.output.element ?? .float32
    dequantisation = try Self.dequantisation(of: scores, settings, model: model.path)
  }

  /// The output with the sizes that it has for pictures of the filter: a file that reshapes by computed sizes, as PyTorch's
  /// `view` is exported, leaves them open.
  private static func scores(
    of ports: Ports, _ model: OpenVINOModel, _ form: TensorForm
  ) throws(SluiceError) -> ModelPort {
    var output = ports.output
    guard output.isOpen else { return output }
    let shape = form.shape(batch: ports.input.shape?.pictureCount ?? 1)
    let shaped = try model.ports(input: ports.input.place, shape: shape).outputs
    if let found = shaped.first(where: { $0.place == output.place }) { output.shape = found.shape }
    return output
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
      try ModelContract.checkBatch(of: input, model: model.path)
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
    guard input.element == form.element, input.fits(wanted) else { throw mismatch }
  }

  private static func checkBatch(of input: ModelPort, model: String) throws(SluiceError) {
    guard input.shape?.pictureCount ?? 1 <= ModelTensor.maximumBatch else {
      throw SluiceError(
        .modelMismatch,
        "the model \(model) takes \(input.summary), which is more than the \(ModelTensor.maximumBatch) pictures that a call may have",
        remedy: "export it with an open batch size, or one of at most \(ModelTensor.maximumBatch)")
    }
  }

  /// The output is one number for each class, N×K, whatever axes of length one stand around them: N×K×1×1, N×1×1×K. One number
  /// for each picture may also stand alone, N.
  private static func valueCount(of output: ModelPort, batch: Int?, model: String) throws(SluiceError) -> Int {
    guard output.element != nil else {
      throw SluiceError(
        .modelMismatch, "the model \(model) gives \(output.summary), and scores are not taken as numbers of that type",
        remedy: "export the model with outputs of \(TensorElement.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let unusable = SluiceError(
      .modelMismatch, "the output \(output.summary) of the model \(model) is not a list of class scores",
      remedy: "name an output of shape N×classes under `classifier.openvino.output`")
    guard let shape = output.shape, !shape.isEmpty else { throw unusable }
    if shape.count == 1, let rows = shape.pictureCount, rows != batch ?? 1 { throw unusable }
    let sizes = shape.dropFirst().compactMap(\.self)
    guard sizes.count == shape.count - 1, sizes.filter({ $0 != 1 }).count <= 1 else { throw unusable }
    return sizes.max() ?? 1
  }

  private static func classCount(
    values: Int, _ scores: ScoreKind, of output: ModelPort, model: String
  ) throws(SluiceError) -> Int {
    guard scores.valueCount(classes: 2) == 1 else {
      guard values >= 2 else {
        throw SluiceError(
          .modelMismatch, "the output \(output.summary) of the model \(model) is one score, and not one for each class",
          remedy: "say `scores: oneLogit` beside the model, or `scores: oneProbability` if it lies in [0,1]")
      }
      return values
    }
    guard values == 1 else {
      throw SluiceError(
        .modelMismatch, "the output \(output.summary) of the model \(model) has \(values) numbers, and not one",
        remedy: "say `scores: logits` or `scores: probabilities` beside the model")
    }
    return 2
  }

  /// A softmax in 8 bits has the scale that TensorFlow Lite fixes for it; what logits are worth has to be said.
  private static func dequantisation(
    of output: ModelPort, _ settings: OpenVINOSettings, model: String
  ) throws(SluiceError) -> OutputQuantisation {
    guard output.element == .uint8 || output.element == .int8 else { return OutputQuantisation() }
    if let said = settings.outputQuantisation { return said }
    guard settings.scores != .logits, settings.scores != .oneLogit else {
      throw SluiceError(
        .modelMismatch, "the model \(model) gives \(output.summary): what its steps are worth is not known",
        remedy: "say `outputScale` and `outputZeroPoint` beside the model, or export it with float32 outputs")
    }
    return OutputQuantisation(scale: 1 / 256, zeroPoint: output.element == .int8 ? -128 : 0)
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
