import ArgumentParser
import AuditLog
import Auditing
import FilterPipeline
import Pixels

struct AuditVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that no record was changed, left out or added later.",
    discussion: """
      Follows every chain from its first record, checks the signatures of the checkpoints in it, what is listed beside the \
      records, and that the kept images are what they were. Names the first record that does not hold.

        sluice audit verify
        sluice audit verify --key-file /elsewhere/signing.pub --checkpoint /elsewhere/checkpoint

      Whoever can write to the folder can also replace the keys in it, and cut the log off behind its last signature. A key and \
      a checkpoint that were kept elsewhere find that.

      Exit status: 0 when everything holds, 1 when something does not, 2 when the log cannot be read.
      """)

  @OptionGroup var log: AuditOptions

  @Option(
    help: ArgumentHelp(
      "The keys to trust, one a line. (default: signing.pub in the folder of the log)", valueName: "file"),
    completion: .file())
  var keyFile: String?

  @Option(
    help: ArgumentHelp("Checkpoints that were kept elsewhere; may be repeated.", valueName: "file"), completion: .file()
  )
  var checkpoint: [String] = []

  @Flag(help: "Do not read the kept images; only look whether they are there.")
  var skipImages = false

  @Flag(help: "Print what was found as JSON.")
  var json = false

  private static let longestCheckpoint = 100_000

  func run() async throws {
    let location = try log.location()
    let store = try location.openForReading()
    var kept: [SignedCheckpoint] = []
    for path in checkpoint {
      let text = String(decoding: try readFile(path, atMost: Self.longestCheckpoint), as: UTF8.self)
      do throws(SluiceError) { kept += try SignedCheckpoint.all(in: text) } catch {
        throw SluiceError(error.code, "\(path): \(error.message)", remedy: error.remedy)
      }
    }
    let verifier = AuditVerifier(store, keys: try keys(location.folder), kept: kept, checksImages: !skipImages)
    let isShown = Terminal.isTerminal(2)
    let result = try verifier.verify { if isShown { Terminal.write("\r\u{1B}[K\($0) records") } }
    if isShown { Terminal.write("\r\u{1B}[K") }
    let report = VerificationReport(result, trustsFolder: keyFile == nil)
    try OutputFile.standardOutput().write(Array((json ? report.json.text + "\n" : report.text).utf8))
    if !result.holds { throw ExitCode(ExitStatus.someHeldBack) }
  }

  private func keys(_ folder: AuditFolder) throws(SluiceError) -> [AuditVerificationKey] {
    guard let keyFile else { return try folder.verificationKeys() }
    guard let keys = try AuditFolder.verificationKeys(in: keyFile), !keys.isEmpty else {
      throw SluiceError(.invalidKey, "\(keyFile) holds no verification key")
    }
    return keys
  }
}
