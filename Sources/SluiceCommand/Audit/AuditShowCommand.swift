import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pictures

struct AuditShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Explain one record.",
    discussion: """
      A record is WRITER:NUMBER, the id of a request, or at least 8 digits of an image's SHA-256. Of several records \
      of one image, the newest is shown. So is a search by its id, with its questions and how the scores moved.

        sluice audit show gateway-1:4711
        sluice audit show 3fa2b1c0 --json
        sluice audit show gateway-1:4711 --image flagged.png
        sluice audit show gateway-1:4711 -f filter.yaml --picture sheet.png

      The contact sheet shows the image beside its squeezed versions; it is made with the filter, and says when that is \
      not the record's filter. The image is the sender's file: open it with care.
      """)

  @OptionGroup var log: AuditOptions

  @Argument(help: "The record.")
  var record: String

  @Flag(help: "Print the record as JSON, with its hash and reviews.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write the image as it came; - is standard output, which then holds nothing else.", valueName: "file"),
    completion: .file())
  var image: String?

  @Option(
    help: ArgumentHelp(
      "Write a contact sheet; needs the filter. - is standard output, which then holds nothing else.",
      valueName: "out.png"),
    completion: .file(extensions: ["png"]))
  var picture: String?

  @Option(
    name: [.short, .customLong("filter")],
    help: ArgumentHelp("The filter file (YAML), for --picture.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String?

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  func validate() throws {
    try FilterOpening.check(definitions)
    if picture != nil && filter == nil { throw ValidationError("--picture needs the filter: -f FILTER") }
  }

  func run() async throws {
    let location = try log.location()
    let store = try location.openForReading()
    let outputs = [image, picture].compactMap(\.self)
    try checkDistinct(outputs: outputs, inputs: [filter].compactMap(\.self))
    try location.folder.checkIsLeftAlone(by: outputs.filter { $0 != "-" })
    if let picture { try OutputPlace(picture).checkAsksForPNG("--picture") }
    let shown = try store.findOne(record)
    let others = try store.find(record).count - 1
    if others > 0 {
      Terminal.say(
        "sluice: \(counted(others, "more record matches", plural: "more records match")); this is the newest")
    }
    let text = json ? shown.exported.text + "\n" : RecordReport(shown).text
    let (imagePlace, picturePlace) = (image.map { OutputPlace($0) }, picture.map { OutputPlace($0) })
    if ![imagePlace, picturePlace].contains(.standardOutput) {
      try OutputFile.standardOutput().write(Array(text.utf8))
    }
    guard imagePlace != nil || picturePlace != nil else { return }
    let bytes = try bytes(of: shown, in: store)
    try imagePlace?.write(bytes)
    if let picturePlace, let filter { try await writePicture(to: picturePlace, bytes, shown, filter) }
  }

  private func bytes(of record: StoredRecord, in store: AuditStore) throws(SluiceError) -> [UInt8] {
    guard let sha256 = record.verdict.sha256, let bytes = try store.image(sha256) else {
      throw SluiceError(
        .noSuchRecord, "the image of \(record.reference) is not kept",
        remedy: "the bytes of images that were held back are kept until they are pruned")
    }
    return bytes
  }

  private func writePicture(
    to place: OutputPlace, _ bytes: [UInt8], _ record: StoredRecord, _ filter: String
  ) async throws(SluiceError) {
    let opening = FilterOpening(path: filter, definitions: definitions)
    var environment = opening.environment(workers: 1)
    environment.tracesFiles = true
    let pipeline = try Pipeline(try opening.file(), environment)
    let said = record.verdict
    if said.filter != pipeline.identity.recorded {
      Terminal.say("sluice: the picture is made with a filter, calibration or model other than the record's")
    }
    let input = Replay.input(said, bytes)
    let verdict = await pipeline.judge(input, id: 1, as: .init(asksEverything: true)).verdict
    guard verdict.outcome == .clean || verdict.outcome == .adversarial else {
      return Terminal.say("sluice: there is no picture to show: the image is \(verdict.outcome.action.rawValue)")
    }
    try place.write(try ContactSheet.of(input, verdict, pipeline).encodedAsPNG())
  }
}
