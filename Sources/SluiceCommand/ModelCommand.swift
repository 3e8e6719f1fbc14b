import ArgumentParser
import Classifiers
import Common
import Files
import FilterPipeline
import ModelSetup
import Pixels

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Say what a model is: how it takes pictures and what it gives.",
    discussion: """
      Reads an ONNX, OpenVINO IR or TensorFlow Lite file and runs it on noise: what is printed was tried and not guessed. \
      `sluice init` makes a filter for it.

        sluice model classifier.onnx
        sluice model classifier.onnx --json | jq .classifier.milliseconds

      Exit status: 0 for an image classifier that can be used, 1 for another model, 2 when it could not be read.
      """)

  @OptionGroup var model: ModelOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let description = try model.description()
    let text = json ? description.json.indentedText : SetUpModel.printableLines(description.text)
    try OutputFile.standardOutput().write(Array(text.utf8))
    if description.refusal != nil { throw ExitCode(ExitStatus.someHeldBack) }
  }
}

/// The model that a command is about.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("An ONNX, OpenVINO IR (.xml) or TensorFlow Lite file.", valueName: "model"),
    completion: .file(extensions: ["onnx", "xml", "tflite"]))
  var path: String

  @Option(
    name: .customLong("output-name"),
    help: ArgumentHelp("The output with the class scores, where it has several.", valueName: "name"))
  var outputName: String?

  /// Opens the model and finds out what it is.
  func description(isThorough: Bool = true, namedSize: PixelSize? = nil) throws(SluiceError) -> ModelDescription {
    let probe = try ModelProbe(path: path, environment: FilterOpening.variables())
    var examination = ModelExamination(probe)
    examination.outputName = outputName
    examination.namedSize = namedSize
    examination.labelCounts = ModelSurroundings(modelPath: path).preparation(size: namedSize).labelCounts
    examination.isThorough = isThorough
    return try examination.description()
  }
}
