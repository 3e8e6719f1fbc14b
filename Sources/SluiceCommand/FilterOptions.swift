import ArgumentParser
import Common
import FilterPipeline

/// The options that name a filter and open it.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("filter")], help: "The filter file (YAML).",
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  func validate() throws {
    try FilterOpening.check(definitions)
    try ArgumentBytes.checkAreText([filter] + definitions)
  }

  var opening: FilterOpening { FilterOpening(path: filter, definitions: definitions) }

  /// Reads the filter file and opens its classifier, for so many images at a time.
  ///
  /// - Parameters:
  ///   - tracesFiles: whether verdicts are to name the digests of everything that the filter rests on.
  func pipeline(workers: Int, tracesFiles: Bool = false) throws(SluiceError) -> Pipeline {
    var environment = pipelineEnvironment(workers: workers)
    environment.tracesFiles = tracesFiles
    return try Pipeline(try file(), environment)
  }

  func pipelineEnvironment(workers: Int) -> PipelineEnvironment { opening.environment(workers: workers) }

  /// Reads the filter file, with or without its detectors and models.
  func file(readsDetectors: Bool = true) throws(SluiceError) -> FilterFile {
    try opening.file(readsDetectors: readsDetectors)
  }
}
