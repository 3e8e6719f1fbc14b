import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

struct AuditVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that no record was changed, left out or added later.",
    discussion: """
      Follows every chain from its first record, checks the signatures of the checkpoints in it, what is listed beside the \
      records, and that the kept images are what they were. Names the first record that does not hold.

        sluice audit verify
        sluice audit verify --key-file /elsewhere/signing.pub \\
          --checkpoint /elsewhere/checkpoint
        sluice audit verify --database postgresql://… \\
          --key-file gateway-1.pub --key-file gateway-2.pub

      Whoever can write to the folder can also replace the keys in it, and cut the log off behind its last signature. A key and \
      a checkpoint that were kept elsewhere find that.

      Exit status: 0 when everything holds, 1 when something does not, 2 when the log cannot be read, or nothing is wrong but \
      that a key is missing.
      """)

  @OptionGroup var log: AuditOptions

  @Option(
    help: ArgumentHelp(
      "The keys to trust, one per line; may be repeated. (default: signing.pub in the folder of the log)",
      valueName: "file"),
    completion: .file())
  var keyFile: [String] = []

  @Option(
    help: ArgumentHelp("Checkpoints that were kept elsewhere; may be repeated.", valueName: "file"), completion: .file()
  )
  var checkpoint: [String] = []

  @Flag(help: "Do not read the kept images; only look whether they are there.")
  var skipImages = false

  @Flag(help: "Print what was found as JSON.")
  var json = false

  /// Of one file: a checkpoint every ten minutes, for some years.
  private static let mostCheckpointBytes = 100_000_000

  func run() async throws {
    let location = try log.location(needsKeys: keyFile.isEmpty)
    let store = try location.openForReading()
    var kept: [SignedCheckpoint] = []
    for path in checkpoint {
      let text = String(decoding: try readFile(path, atMost: Self.mostCheckpointBytes), as: UTF8.self)
      do throws(SluiceError) { kept += try SignedCheckpoint.all(in: text) } catch {
        throw error.naming(path)
      }
    }
    let verifier = AuditVerifier(store, keys: try keys(location.folder), kept: kept, checksImages: !skipImages)
    let result = try Self.verification(by: verifier)
    let report = VerificationReport(result, trustsFolder: keyFile.isEmpty)
    try OutputFile.standardOutput().write(Array((json ? report.json.text + "\n" : report.text).utf8))
    if result.lacksKeysAlone { throw ExitCode(ExitStatus.failed) }
    if !result.holds { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// - Throws: `audit-unavailable`; `quarantine-encrypted` where nobody has named the key of the kept images.
  private static func verification(by verifier: AuditVerifier) throws(SluiceError) -> Verification {
    let isShown = Terminal.isTerminal(2) && Terminal.takesCodes
    defer { if isShown { Terminal.write("\r\u{1B}[K") } }
    do throws(SluiceError) {
      return try verifier.verify { if isShown { Terminal.write("\r\u{1B}[K\($0) records") } }
    } catch {
      guard error.code == .quarantineEncrypted else { throw error }
      throw SluiceError(
        error.code, "the kept images are encrypted",
        remedy: "name their key with --encryption-key-file, or leave them out with --skip-images")
    }
  }

  /// - Throws: `missing-key` where nobody has named a key: a signature that cannot be checked says nothing either way.
  private func keys(_ folder: AuditFolder) throws(SluiceError) -> [AuditVerificationKey] {
    guard !keyFile.isEmpty else {
      let keys = try folder.verificationKeys()
      guard !keys.isEmpty else {
        throw SluiceError(
          .missingKey,
          "there is no key to verify the log with: \(folder.verificationKeyPath) does not exist or is empty",
          remedy:
            "name the signing.pub of every gateway that writes to the log with --key-file, or its folder with --audit")
      }
      return keys
    }
    var keys: [AuditVerificationKey] = []
    for file in keyFile {
      guard let found = try AuditFolder.verificationKeys(in: file) else {
        throw SluiceError(
          .unreadableFile, "there is no file \(file)", remedy: "name the signing.pub of a log with --key-file")
      }
      guard !found.isEmpty else { throw SluiceError(.invalidKey, "\(file) holds no verification key") }
      keys += found
    }
    return keys
  }
}

extension SluiceError.Code {
  fileprivate static let missingKey = SluiceError.Code("missing-key")
}
