import ArgumentParser
import Common
import Files
import FilterPipeline
import ImageCodecs
import ModelSetup

struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Compare what another pipeline feeds the model with what Sluice makes of the same images.",
    discussion: """
      Takes the tensors that training or serving code made, as NumPy arrays: cat.npy or cat.jpg.npy for cat.jpg, in the \
      folder of the image or another, or in one archive. Says how far they are from Sluice's, where the two part (decode, \
      resize, crop, normalise, channel order, layout), and which setting of the filter file makes them equal, from trying \
      the usual ones.

        # in Python, beside what feeds the model
        numpy.save('tensors/' + name + '.npy', tensor)

        sluice parity -f filter.yaml --tensors tensors/ photos/
        sluice parity -f filter.yaml --tensors tensors.npz photos/*.jpg
        sluice parity -f filter.yaml --tensors photos/ --json | jq .explanation.settings

      Compared is the image as it is forwarded unsqueezed. Without images, those in the folder of the tensors are taken.

      Exit status: 0 equal within the tolerance, 1 different, 2 when they could not be compared.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    help: ArgumentHelp("A folder of .npy files, or an .npz archive.", valueName: "folder|file.npz"),
    completion: .file(extensions: ["npz"]))
  var tensors: String

  @Argument(help: "Images, and folders of those that have a tensor.", completion: .file())
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "How far equal values may be apart, in levels of 8 bits after normalisation.", valueName: "levels"))
  var tolerance = 1.0

  @Flag(help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    guard ParityComparison.toleranceRange.contains(tolerance) else {
      throw ValidationError("--tolerance takes a number from 0 to \(Int(ParityComparison.toleranceRange.upperBound))")
    }
    if images.isEmpty, tensors.hasSuffix(".npz") {
      throw ValidationError("name the images that the tensors in \(tensors) were made of")
    }
  }

  func run() throws {
    let definition = try options.file(readsDetectors: false).definition
    let report = try report(definition)
    let text = json ? report.json.indentedText : SetUpModel.printableLines(report.text)
    try OutputFile.standardOutput().write(Array(text.utf8))
    if !report.isEqual { throw ExitCode(ExitStatus.someHeldBack) }
  }

  private func report(_ definition: FilterDefinition) throws(SluiceError) -> ParityReport {
    let source = try TensorSource(tensors)
    let progress = TrialProgress()
    defer { progress.clear() }
    var comparison = ParityComparison(definition, tolerance: tolerance)
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
