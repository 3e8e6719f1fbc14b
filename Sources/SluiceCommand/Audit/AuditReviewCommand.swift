import ArgumentParser
import AuditLog
import Auditing
import Common
import FilterPipeline

struct AuditReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Say whether an image was an attack.",
    discussion: """
      A review is a record of the chain as well. The last one about an image holds for all records of that image; it feeds \
      `sluice calibrate --from-audit FOLDER` and `sluice export --adversarial-training OUT --from-audit FOLDER`.

        sluice audit review gateway-1:4711 --confirm --attack pgd --class 281
        sluice audit review gateway-1:4712 --clear --note "a mosaic, not noise"
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var author: AuditAuthorOptions

  @Argument(help: "The records: WRITER:NUMBER, the id of a request, or the beginning of a digest.")
  var records: [String]

  @Flag(help: "It was an attack.")
  var confirm = false

  @Flag(help: "It was not an attack.")
  var clear = false

  @Option(help: "The reason, in a few words.")
  var note: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("The class that the image truly shows.", valueName: "number"))
  var trueClass: Int?

  @Option(help: ArgumentHelp("What kind of attack it was, with --confirm.", valueName: "name"))
  var attack: String?

  func validate() throws {
    if confirm == clear { throw ValidationError("give either --confirm or --clear") }
    if clear, attack != nil { throw ValidationError("--attack goes with --confirm: what was none has no kind") }
    if records.isEmpty { throw ValidationError("name a record") }
    if let trueClass, !ImageReview.classRange.contains(trueClass) {
      throw ValidationError("--class takes a number from 0 to \(ImageReview.classRange.upperBound)")
    }
    for (name, text) in [("note", note), ("attack", attack)] {
      if let text, text.utf8.count > ImageReview.longestText {
        throw ValidationError("--\(name) takes at most \(ImageReview.longestText) bytes")
      }
    }
  }

  func run() async throws {
    let store = try log.location().openForAdding()
    var found: [(record: StoredRecord, sha256: String)] = []
    for text in records {
      let record = try store.findOne(text)
      guard let sha256 = record.verdict.sha256 else {
        throw SluiceError(.noSuchRecord, "\(record.reference) has no image to review")
      }
      found.append((record, sha256))
    }
    for (record, sha256) in found {
      let review = ImageReview(
        sha256: sha256, label: confirm ? .adversarial : .clean, trueClass: trueClass, attack: attack, note: note,
        reviewer: author.reviewerName)
      let reference = try store.review(review, of: record.reference, by: author.writerName)
      Terminal.say("sluice: \(record.reference) \(review.word), recorded as \(reference)")
    }
  }
}
