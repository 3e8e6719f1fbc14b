import ArgumentParser
import Common
import Files
import FilterPipeline
import Gateway
import ImageCodecs
import ModelSetup

struct ParityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Compare another pipeline, or a model server, with what Sluice makes of the same images.",
    discussion: """
      With --tensors it takes the tensors that training or serving code made, as NumPy arrays: cat.npy or cat.jpg.npy for cat.jpg, in the \
      folder of the image or another, or in one archive. Says how far they are from Sluice's, where the two part (decode, \
      resize, crop, normalise, channel order, layout), and which setting of the filter file makes them equal, from trying \
      the usual ones.

        # in Python, beside what feeds the model
        numpy.save('tensors/' + name + '.npy', tensor)

        sluice parity -f filter.yaml --tensors tensors/ photos/
        sluice parity -f filter.yaml --tensors tensors.npz photos/*.jpg
        sluice parity -f filter.yaml --tensors photos/ --json |
          jq .explanation.settings

      The image is compared as it is forwarded, unsqueezed. Without images, those in the folder of the tensors are taken.

      With --upstream it sends the images to a model server, and compares what that predicts with what the filter's own model \
      predicts here. A served model that takes tensors is sent Sluice's; one that takes image files is sent the files, which it \
      decodes and prepares itself. Says whether the tensor fits, which images disagree, and whether the model or the \
      preparation differs, from trying settings.

        sluice parity -f filter.yaml --upstream http://127.0.0.1:8000 \\
          --upstream-model resnet photos/
        sluice parity -f filter.yaml --upstream grpc://127.0.0.1:8001 photos/*.jpg
        sluice parity -f filter.yaml --upstream http://127.0.0.1:8501 \\
          --upstream-protocol tensorflow-serving photos/

      Exit status: 0 equal within the tolerance; 1 different, or a served model that does not take the filter's tensor; \
      2 when they could not be compared.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    help: ArgumentHelp("A folder of .npy files, or an .npz archive.", valueName: "folder|file.npz"),
    completion: .file(extensions: ["npz"]))
  var tensors: String?

  @OptionGroup var upstream: ServedModelOptions

  @Argument(help: "Images and folders of them; for --tensors, those that have a tensor.", completion: .file())
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "How far equal values may be apart: with --tensors in levels of 8 bits after normalisation (default: 1), with --upstream "
        + "in probability (default: 0.01).", valueName: "number"))
  var tolerance: Double?

  @Flag(help: "Print the report as JSON.")
  var json = false

  private static let tensorTolerance = 1.0
  private static let probabilityTolerance = 0.01

  func validate() throws {
    guard (tensors == nil) != (upstream.address == nil) else {
      throw ValidationError("name either --tensors or --upstream")
    }
    let range = tensors == nil ? PredictionComparison.toleranceRange : ParityComparison.toleranceRange
    guard range.contains(tolerance ?? 0) else {
      throw ValidationError("--tolerance takes a number from 0 to \(Int(range.upperBound)) here")
    }
    if images.isEmpty, let tensors, tensors.hasSuffix(".npz") {
      throw ValidationError("name the images that the tensors in \(tensors) were made of")
    }
    if images.isEmpty, tensors == nil { throw ValidationError("name the images to send to the model server") }
  }

  func run() async throws {
    let (text, json, isEqual) = try await compared()
    try OutputFile.standardOutput().write(
      Array((self.json ? json.indentedText : SetUpModel.printableLines(text)).utf8))
    if !isEqual { throw ExitCode(ExitStatus.someHeldBack) }
  }

  private func compared() async throws(SluiceError) -> (text: String, json: JSONValue, isEqual: Bool) {
    if let tensors {
      let report = try report(try options.file(readsDetectors: false).definition, tensors)
      return (report.text, report.json, report.isEqual)
    }
    let file = try options.file()
    let parity = UpstreamParity(
      file: file, environment: options.pipelineEnvironment(workers: 1), images: images,
      tolerance: tolerance ?? Self.probabilityTolerance)
    let outcome = try await parity.outcome(try upstream.settings(model: file.definition.name))
    return (outcome.text, outcome.json, outcome.isEqual)
  }

  private func report(_ definition: FilterDefinition, _ tensors: String) throws(SluiceError) -> ParityReport {
    let source = try TensorSource(tensors)
    let progress = TrialProgress()
    defer { progress.clear() }
    var comparison = ParityComparison(definition, tolerance: tolerance ?? Self.tensorTolerance)
    let pairs = try source.pairs(ArgumentBytes.paths(images.isEmpty ? [tensors] : images))
    for (index, pair) in pairs.enumerated() {
      let bytes = try readFile(pair.image, atMost: definition.limits.maxBytes)
      let array = try source.array(pair)
      do throws(SluiceError) { try comparison.add(pair.image.description, bytes, array) } catch {
        var named = error
        named.message = "\(pair.image): \(error.message)"
        throw named
      }
      progress.update("images", Double(index + 1) / Double(pairs.count))
    }
    return try comparison.report { progress.update("settings", $0) }
  }
}
