import ArgumentParser
import Auditing
import Common
import Files
import FilterPipeline
import ImageCodecs

extension HardeningSet.Form: ExpressibleByArgument {}

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write reviewed images as a set for adversarial training.",
    discussion: """
      Takes what reviewers confirmed and cleared, from an audit log or as one JSON object a line:

        {"sha256":"…","label":"adversarial","path":"7.png","class":28,"attack":"pgd"}

      and writes the images, unchanged, as WebDataset shards and as folders of images, with a recipe for training. Images that \
      came as bare pixels become PNG files.

        sluice export --adversarial-training hardening/ --from-audit audit/
        sluice export --adversarial-training hardening/ --form shards \\
          --from-audit reviews.ndjson

      An image that is no longer the one that was reviewed is left out.

      Exit status: 0 when all images were written, 1 when some were left out, 2 when the export failed.
      """)

  @Option(help: ArgumentHelp("The folder to write; new or empty.", valueName: "folder"), completion: .directory)
  var adversarialTraining: String

  @Option(
    help: ArgumentHelp(
      "Reviewed images: the folder of an audit log, or a file with one JSON object per line: sha256, label, path.",
      valueName: "path"),
    completion: .file())
  var fromAudit: String

  @Option(help: "What is written.")
  var form = HardeningSet.Form.both

  func run() async throws {
    let list = try AuditedReviews(fromAudit)
    guard !list.reviews.isEmpty else {
      throw SluiceError(.emptyInput, "\(fromAudit) holds no review")
    }
    let set = try HardeningSet(in: adversarialTraining, as: form)
    var leftOut = 0
    for review in list.reviews where !(try add(review, of: list, to: set)) { leftOut += 1 }
    guard set.count > 0 else { throw SluiceError(.emptyInput, "none of the reviewed images could be written") }
    try set.finish()
    if leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// - Returns: false for an image that was left out.
  private func add(_ review: ReviewedImage, of list: AuditedReviews, to set: HardeningSet) throws(SluiceError) -> Bool {
    do throws(SluiceError) {
      try set.add(review, try list.input(of: review, atMost: DecodeLimits.byteRange.upperBound))
      return true
    } catch {
      if error.code == .unwritableOutput { throw error }
      Terminal.say("sluice: \(review.path.printable) left out: \(error.description.printable)")
      return false
    }
  }
}
