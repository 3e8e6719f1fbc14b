import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

struct AuditCheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign what the log looks like now.",
    discussion: """
        sluice audit checkpoint > checkpoint
        sluice audit checkpoint -o /elsewhere/checkpoint

      A signed checkpoint says how many records a chain has, and the hash of the last; there is one for each chain. Keep them where whoever could change the \
      log cannot: `sluice audit verify --checkpoint` then finds a log that was cut off or rewritten since. The form is that of \
      transparency logs (C2SP signed notes).
      """)

  @OptionGroup var log: AuditOptions

  @Option(help: ArgumentHelp("The chain to sign. (default: every chain there is)", valueName: "name"))
  var writer: String?

  @Option(
    help: ArgumentHelp("The signing key. (default: signing.key in the folder of the log)", valueName: "file"),
    completion: .file())
  var signingKey: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the checkpoint goes; - is standard output.", valueName: "file"),
    completion: .file())
  var output = "-"

  func validate() throws {
    if let writer, !AuditWriterName.isName(writer) {
      throw ValidationError("--writer takes up to 64 letters, digits and -_.")
    }
  }

  func run() async throws {
    let location = try log.location(needsKeys: true)
    if output != "-" {
      try checkDistinct(outputs: [output], inputs: [signingKey].compactMap(\.self))
      try location.folder.checkIsLeftAlone(by: [output])
    }
    let store = try location.openForAdding()
    let names = try store.heads().map(\.writer)
    let wanted = writer.map { [$0] } ?? names
    try location.folder.make()
    let key = try location.folder.signingKey(in: signingKey, for: writer ?? AuditWriterName.ofThisHost)
    var notes = ""
    for name in wanted where names.contains(name) {
      notes += try store.checkpoint(of: name, signedBy: key)?.text ?? ""
    }
    guard !notes.isEmpty else {
      throw SluiceError(
        .noSuchRecord, "there is no record\(writer.map { " of \($0)" } ?? "") to sign",
        remedy: names.isEmpty ? nil : "there are records of \(names.joined(separator: ", "))")
    }
    let bytes = Array(notes.utf8)
    try output == "-" ? OutputFile.standardOutput().write(bytes) : replaceFile(output, with: bytes)
  }
}
