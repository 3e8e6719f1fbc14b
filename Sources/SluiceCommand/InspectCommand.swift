import ArgumentParser
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pictures

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Explain the verdict on one image.",
    discussion: """
      Prints what the image is, what its file contains besides the picture, how far each squeezer moves the \
      prediction, and the verdict.

        sluice inspect -f filter.yaml suspicious.png
        sluice inspect -f filter.yaml --picture sheet.png suspicious.png
        sluice inspect -f filter.yaml --json suspicious.png

      Exit status: 0 clean, 1 adversarial or rejected, 2 when it could not be judged.
      """)

  @OptionGroup var options: FilterOptions

  @Argument(help: "The image; - is standard input.", completion: .file())
  var image: String

  @Flag(help: "Print the verdict as JSON.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write a contact sheet: the image, its squeezed versions, and what they changed; - is standard output, which then holds "
        + "nothing else.", valueName: "out.png"),
    completion: .file(extensions: ["png"]))
  var picture: String?

  private var picturePlace: OutputPlace? { picture.map { OutputPlace($0) } }

  func validate() throws {
    if json, picturePlace == .standardOutput {
      throw ValidationError("--json and --picture - are both standard output; name a file for the picture")
    }
  }

  func run() async throws {
    let pipeline = try options.pipeline(workers: 1)
    if let path = picturePlace?.path {
      try checkDistinct(
        outputs: [path], inputs: [options.filter] + pipeline.definition.namedPaths,
        paths: ArgumentBytes.paths([image]))
    }
    try picturePlace?.checkAsksForPNG("--picture")
    let limit = pipeline.definition.limits.maxBytes
    let input = try onlyInput(limit: limit)
    let verdict = await pipeline.judge(input, id: 1, as: .init(asksEverything: true)).verdict
    if json {
      try OutputFile.standardOutput().write(Array((verdict.json.text + "\n").utf8))
    } else if picturePlace != .standardOutput {
      let report = InspectReport(verdict: verdict, pipeline: pipeline, byteCount: input.bytes.count)
      try OutputFile.standardOutput().write(Array(report.text.utf8))
    }
    if let picturePlace { try writePicture(to: picturePlace, input, verdict, pipeline) }
    switch verdict.outcome {
    case .clean: return
    case .adversarial, .rejected: throw ExitCode(ExitStatus.someHeldBack)
    case .failed: throw ExitCode(ExitStatus.failed)
    }
  }

  private func onlyInput(limit: Int) throws(SluiceError) -> EncodedInput {
    let inputs = RunInputs(PathList(ArgumentBytes.paths([image])), limit: limit)
    guard let first = try inputs.next() else {
      throw SluiceError(.emptyInput, "\(image) holds no image")
    }
    if try inputs.next() != nil {
      Terminal.say("sluice: \(image.printable) holds more than one image; this explains the first")
    }
    return first
  }

  private func writePicture(
    to place: OutputPlace, _ input: EncodedInput, _ verdict: Verdict, _ pipeline: Pipeline
  ) throws(SluiceError) {
    guard verdict.outcome == .clean || verdict.outcome == .adversarial else {
      Terminal.say("sluice: there is no picture to show: the image was \(verdict.outcome.action.rawValue)")
      return
    }
    let sheet = try ContactSheet.of(input, verdict, pipeline)
    try place.write(try sheet.encodedAsPNG())
  }
}
