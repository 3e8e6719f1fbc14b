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

  @Argument(help: ArgumentHelp(ModelArgument.help, valueName: "model"), completion: ModelArgument.completion)
  var model: String

  @OptionGroup var scores: ScoreOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws { try ArgumentBytes.checkAreText([model]) }

  func run() throws {
    let description = try description()
    let text = json ? description.json.indentedText : SetUpModel.printableLines(description.text)
    try OutputFile.standardOutput().write(Array(text.utf8))
    if description.refusal != nil { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// Opens the model and finds out what it is.
  private func description() throws(SluiceError) -> ModelDescription {
    let probe = try ModelProbe(path: model, environment: FilterOpening.variables())
    var examination = ModelExamination(probe)
    examination.outputName = scores.outputName
    examination.labelCounts = ModelSurroundings(modelPath: model).preparation(size: nil).labelCounts
    return try examination.description()
  }
}

/// The model that a command is about, on its command line.
enum ModelArgument {
  static let help = "An ONNX, OpenVINO IR (.xml) or TensorFlow Lite file."
  static var completion: CompletionKind { .file(extensions: ["onnx", "xml", "tflite"]) }
}

/// Where a model gives its scores.
struct ScoreOptions: ParsableArguments {
  @Option(
    name: .customLong("output-name"),
    help: ArgumentHelp("The output with the class scores, where it has several.", valueName: "name"))
  var outputName: String?
}
