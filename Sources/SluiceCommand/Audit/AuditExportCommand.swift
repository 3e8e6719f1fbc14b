import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline
import ImageCodecs

extension RecordForm: ExpressibleByArgument {}

struct AuditExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write records for other programs, and images as an archive.",
    discussion: """
      Formats: ndjson (the records as they were hashed), csv, ocsf (Detection Finding of the Open Cybersecurity Schema \
      Framework), cef (Common Event Format). The oldest come first.

        sluice audit export --since 7d --format ocsf > findings.ndjson
        sluice audit export --verdict adversarial \\
          --images flagged.tar > flagged.ndjson
        sluice audit export --review confirmed --format csv -o confirmed.csv

      What reviewers said goes into training and calibration directly:

        sluice export --adversarial-training hardening/ --from-audit FOLDER
        sluice calibrate -f filter.yaml --clean photos/ --from-audit FOLDER

      The archive holds the senders' files as DIGEST.png or DIGEST.jpg: open them with care.

      Exit status: 0, 1 when images of some of the records are not kept, 2 when the log cannot be read or the export cannot be \
      written.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var query: AuditQueryOptions

  @Option(help: "How records are written.")
  var format = RecordForm.ndjson

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where records go; - is standard output.", valueName: "file"),
    completion: .file())
  var output = "-"

  @Option(
    help: ArgumentHelp(
      "Also write the images, each once, as a tar archive; - is standard output, where -o names a file.",
      valueName: "file.tar"),
    completion: .file(extensions: ["tar"]))
  var images: String?

  private var imagePlace: OutputPlace? { images.map { OutputPlace($0) } }

  func validate() throws {
    if imagePlace == .standardOutput, OutputPlace(output) == .standardOutput {
      throw ValidationError("-o - and --images - are both standard output; name a file for one of them")
    }
  }

  func run() async throws {
    let location = try log.location()
    let store = try location.openForReading()
    let place = OutputPlace(output)
    let outputs = [place.path, imagePlace?.path].compactMap(\.self)
    try checkDistinct(outputs: outputs, inputs: [])
    try location.folder.checkIsLeftAlone(by: outputs)
    let file = try place.opened()
    let archive = try imagePlace.map { (place) throws(SluiceError) in try ImageArchive(place) }
    var query = query.query
    query.isOldestFirst = true
    // Not before the first record: a log that cannot be read is not to cost an older export.
    var heading = format.heading.map { $0 + "\n" } ?? ""
    try store.forEach(query) { record throws(SluiceError) in
      try file.write(Array((heading + format.line(record) + "\n").utf8))
      heading = ""
      try archive?.add(record, of: store)
    }
    try file.write(Array(heading.utf8))
    try file.close()
    try archive?.finish()
    guard let archive, archive.missing > 0 else { return }
    Terminal.say("sluice: the images of \(archive.missing) records are not kept")
    throw ExitCode(ExitStatus.someHeldBack)
  }
}

/// Images of records, each once, as they came.
private final class ImageArchive {
  private let file: OutputFile
  private var written: Set<String> = []
  private(set) var missing = 0

  init(_ place: OutputPlace) throws(SluiceError) {
    file = try place.opened()
  }

  func add(_ record: StoredRecord, of store: AuditStore) throws(SluiceError) {
    guard let sha256 = record.verdict.sha256, record.image?.isStored == true else {
      missing += 1
      return
    }
    guard !written.contains(sha256) else { return }
    guard let bytes = try store.image(sha256) else {
      missing += 1
      return
    }
    written.insert(sha256)
    let format = ImageFormat.allCases.first { bytes.starts(with: $0.signature) }
    let ending = format.map { $0 == .jpeg ? "jpg" : "png" } ?? "bin"
    try file.write(TarArchive.member("\(sha256).\(ending)", bytes))
  }

  func finish() throws(SluiceError) {
    try file.write(TarArchive.end)
    try file.close()
  }
}
