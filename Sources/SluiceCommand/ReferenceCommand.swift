import ArgumentParser
import Calibration
import Common
import Detectors
import Files
import FilterPipeline
import ImageCodecs

struct ReferenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Fit what clean images look like, for the detector naturalStatistics.",
    discussion: """
      Reads clean images as the filter would, and writes the mean and covariance of their noise, correlation and \
      spectrum statistics. At least 30 images are needed; several hundred are good. No attack is looked at. Take the \
      detector's threshold from other clean images than these.

        sluice reference -f filter.yaml -o filter.reference.json clean/*.jpg
        find clean -name '*.jpg' |
          sluice reference -f filter.yaml -o filter.reference.json --files-from -

      The filter's decode and preprocess sections alone are used, so the file may already name the reference; what its \
      file findings would canonicalise is not.

      Exit status: 0 when the reference was written, 1 when images were left out, 2 when it could not be written.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .shortAndLong, help: "The reference file to write (JSON); - is standard output.",
    completion: .file(extensions: ["json"]))
  var output: String

  @Flag(help: "Add the statistics of natural scenes (BRISQUE), which see blur and compression.")
  var scene = false

  @OptionGroup var images: CleanImages

  func validate() throws { try ArgumentBytes.checkAreText([output]) }

  func run() async throws {
    let file = try options.file(readsDetectors: false)
    let place = OutputPlace(output)
    try place.checkHasFolder("-o")
    try images.checkDistinct(from: place.path, file.definition.namedPaths + [options.filter])
    let families = FeatureFamily.defaults + (scene ? [.scene] : [])
    var fitting = ReferenceFitting(file.definition, families: families)
    let leftOut = try images.forEach(limit: file.definition.limits.maxBytes) { (input) throws(SluiceError) in
      try fitting.add(input)
    }
    let reference = try fitting.reference()
    try place.write(Array((reference.json.text + "\n").utf8))
    if leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }
}
