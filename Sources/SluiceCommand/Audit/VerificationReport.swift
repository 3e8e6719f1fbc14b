import AuditLog
import Common

/// What a verification found, for people and for programs.
struct VerificationReport {
  private let result: Verification
  private let trustsFolder: Bool

  /// - Parameters:
  ///   - trustsFolder: whether the keys came from the log's own folder.
  init(_ result: Verification, trustsFolder: Bool) {
    self.result = result
    self.trustsFolder = trustsFolder
  }

  var text: String {
    let chains = result.writers.map { writer in
      "\(writer.name): \(counted(writer.records, "record")), \(counted(writer.checkpoints, "checkpoint")), "
        + "signed through \(writer.signedThrough)\(writer.signedThrough < writer.records ? " of \(writer.records)" : "")"
    }
    let problems = result.problems.map { problem in
      let heading =
        problem.isMissingKey ? Terminal.styled("NOT VERIFIED", .yellow) : Terminal.styled("DOES NOT HOLD", .red)
      let text = [problem.reference?.description, problem.what].compactMap(\.self).joined(separator: " ")
      return "\(heading): \(text.printable)"
    }
    let conclusion =
      result.holds
      ? [
        Terminal.styled("holds", .green) + ": " + counted(result.records, "record") + ", "
          + counted(result.images, "kept image")
      ] : []
    let remedy =
      result.problems.contains(where: \.isMissingKey)
      ? ["Name the signing.pub of every gateway that has ever written to the log with --key-file."] : []
    let caution =
      trustsFolder && result.holds
      ? ["The keys are those beside the log; --key-file and --checkpoint take what was kept elsewhere."] : []
    return (chains + problems + conclusion + remedy + caution).joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    .object([
      "holds": .bool(result.holds), "records": .integer(result.records), "checkpoints": .integer(result.checkpoints),
      "images": .integer(result.images), "brokenImages": .integer(result.brokenImages),
      "writers": .array(
        result.writers.map { writer in
          .object([
            "name": .string(writer.name), "records": .integer(writer.records), "hash": .string(writer.hash),
            "checkpoints": .integer(writer.checkpoints), "signedThrough": .integer(writer.signedThrough),
          ])
        }),
      "problems": .array(
        result.problems.map { problem in
          .object([
            "record": problem.reference.map { .string($0.description) }, "what": .string(problem.what),
            "isMissingKey": .bool(problem.isMissingKey),
          ])
        }),
      "trustsFolder": .bool(trustsFolder),
    ])
  }
}
