import ArgumentParser
import Common
import Files
import FilterPipeline
import Gateway
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Judge images in front of a model server, or be one.",
    discussion: """
      Clients send images; what is clean goes to the model as a tensor, what is flagged is refused. HTTP and gRPC, in \
      the Open Inference Protocol v2 (KServe, Triton), TensorFlow Serving's form, plain HTTP, and as a check for Envoy.

        # a complete protected classifier: the filter's own model answers
        sluice serve -f filter.yaml
        curl --data-binary @photo.jpg http://127.0.0.1:8080/v1/filter

        # in front of model servers, REST or gRPC
        sluice serve -f filter.yaml --model resnet \\
          --upstream grpc://10.0.0.5:8001,grpc://10.0.0.6:8001

        # watch first: forward everything, say what would have been refused
        sluice serve -f filter.yaml --mode observe

        # the settings that hold, and where each was set
        sluice serve --config gateway.yaml --print-config

      A setting is a flag (--max-body), a variable (SLUICE_MAX_BODY) or a key of the configuration file (maxBody); the \
      first of these that is set holds. The gateway listens on this machine only, unless it has TLS or tokens. Logs are JSON lines \
      on standard error; metrics are at http://127.0.0.1:8082/metrics, the description of the REST side at /openapi.json.

      Every verdict is recorded before it is answered, and what is held back is kept: see `sluice audit --help`, or the pages \
      at http://127.0.0.1:8082/audit, whose token lies in the log's folder. --audit names the folder; --audit off records nothing.

      SIGHUP, or a change of the filter's files, reloads the filter; SIGHUP has the files of tokens and the TLS certificate with its \
      key read again as well. SIGTERM ends the gateway once what has begun is answered.

      Exit status: 0 after a signal to end, 2 when the gateway could not serve.
      """)

  @OptionGroup var options: ServeOptions

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  @Option(
    help: ArgumentHelp(
      "The configuration file (YAML). The variable SLUICE_CONFIG names it as well.", valueName: "file"),
    completion: .file())
  var config: String?

  @Flag(help: "Print the settings that hold, as a configuration file, and end.")
  var printConfig = false

  func validate() throws { try FilterOpening.check(definitions) }

  func run() async throws {
    // Opening a filter takes seconds. Once there is something to reload, the gateway takes hangups as it says.
    Signals.ignoreHangups()
    let environment = FilterOpening.variables()
    let texts = try SettingTexts(flags: options.flags, environment: environment, file: configuration(environment))
    let settings = try GatewaySettings(texts, environment: environment)
    let isAudited = settings.audit != nil
    if printConfig {
      return try OutputFile.standardOutput().write(Array(texts.yaml.utf8))
    }
    let workers = settings.workers ?? WorkerOptions.processors
    let opening = FilterOpening(path: settings.filter, definitions: definitions)
    let log = Self.log(settings.logLevel)
    // Whoever reads the log may not.
    defer { LogLines.standardError.finish(within: .seconds(1)) }
    let server = try GatewayServer(settings, workers: workers, version: Version.number, log: log) {
      batching, files throws(SluiceError) in
      var environment = opening.environment(workers: workers)
      environment.batching = batching
      environment.tracesFiles = isAudited
      return try Pipeline(try opening.file(noting: &files), environment)
    }
    do {
      try await server.run()
    } catch let error as SluiceError {
      throw error
    } catch {
      throw SluiceError(
        .cannotServe, "cannot serve: \(error)", remedy: "check that the addresses are free and permitted")
    }
  }

  /// An empty variable names no file.
  private func configuration(_ environment: [String: String]) -> String? {
    config ?? environment.nonEmpty("SLUICE_CONFIG")
  }

  private static func log(_ level: Logger.Level) -> Logger {
    Logger(label: "sluice") { _ in JSONLogHandler(level: level) }
  }
}

extension SluiceError.Code {
  fileprivate static let cannotServe = SluiceError.Code("cannot-serve")
}
