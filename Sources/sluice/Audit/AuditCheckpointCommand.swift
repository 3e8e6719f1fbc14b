import ArgumentParser
import AuditLog
import Auditing
import FilterPipeline
import Pixels

struct AuditCheckpointCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Sign what the log looks like now.",
    discussion: """
        sluice audit checkpoint > checkpoint
        sluice audit checkpoint -o /elsewhere/checkpoint

      A signed checkpoint says how many records a chain has, and the hash of the last. Keep it where whoever could change the \
      log cannot: `sluice audit verify --checkpoint` then finds a log that was cut off or rewritten since. The form is that of \
      transparency logs (C2SP signed notes).
      """)

  @OptionGroup var log: AuditOptions

  @Option(help: ArgumentHelp("The chain to sign. (default: the host's name)", valueName: "name"))
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
    let location = try log.location()
    let name = writer ?? AuditWriterName.ofThisHost
    let store = try location.openForAdding()
    let key = try location.folder.signingKey(in: signingKey, for: name)
    guard let signed = try store.checkpoint(of: name, signedBy: key) else {
      let names = try store.heads().map(\.writer).filter { $0 != name }
      throw SluiceError(
        .noSuchRecord, "there is no record of \(name) to sign",
        remedy: names.isEmpty ? nil : "name a chain with --writer: \(names.joined(separator: ", "))")
    }
    let file = output == "-" ? OutputFile.standardOutput() : try .created(output)
    try file.write(Array(signed.text.utf8))
  }
}
