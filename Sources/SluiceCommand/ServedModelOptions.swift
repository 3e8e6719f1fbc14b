import ArgumentParser
import Common
import Gateway

/// The options that name a model on a model server.
struct ServedModelOptions: ParsableArguments {
  @Option(
    name: .customLong("upstream"),
    help: ArgumentHelp(
      "A model server: http://, https://, grpc:// or grpcs://, host and port.",
      valueName: "address"))
  var address: String?

  @Option(
    name: .customLong("upstream-protocol"),
    help: ArgumentHelp("What the server speaks.", valueName: "protocol"))
  var language = ServedModel.Settings.Language.openInference

  @Option(
    name: .customLong("upstream-model"),
    help: ArgumentHelp("What the model is called there. (default: the filter's name)", valueName: "name"))
  var model: String?

  @Option(
    name: .customLong("upstream-input"),
    help: ArgumentHelp("The input that takes the image, where it has several.", valueName: "name"))
  var input: String?

  @Option(
    name: .customLong("upstream-output"),
    help: ArgumentHelp("The output with the class scores, where it has several.", valueName: "name"))
  var output: String?

  @Option(help: ArgumentHelp("How long to wait for each answer.", valueName: "seconds"))
  var timeout = 10

  private static let timeoutRange = 1...3600

  func validate() throws {
    guard Self.timeoutRange.contains(timeout) else {
      throw ValidationError("--timeout takes a number of seconds from 1 to \(Self.timeoutRange.upperBound)")
    }
  }

  /// - Parameters:
  ///   - name: what the model is called where nothing else is said.
  /// - Throws: `invalid-setting` for an address or a name that no server has.
  func settings(model name: String) throws(SluiceError) -> ServedModel.Settings {
    ServedModel.Settings(
      address: try UpstreamAddress(address ?? ""), language: language, model: model ?? name, input: input,
      output: output,
      timeout: .seconds(timeout))
  }
}

extension ServedModel.Settings.Language: ExpressibleByArgument {}
