import ArgumentParser
import AuditLog
import Auditing
import Common
import FilterPipeline

struct AuditHoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Keep an image from being deleted, or let it go again.",
    discussion: """
        sluice audit hold gateway-1:4711 --note "case 2026-117"
        sluice audit hold gateway-1:4711 --release

      Held images stay, whatever the limits on size and age say. Holding and releasing are records of the chain.
      """)

  @OptionGroup var log: AuditOptions
  @OptionGroup var author: AuditAuthorOptions

  @Argument(help: "The record: WRITER:NUMBER, the id of a request, or the beginning of a digest.")
  var record: String

  @Flag(help: "Let it be deleted again when its time comes.")
  var release = false

  @Option(help: "The reason, in a few words.")
  var note: String?

  func validate() throws {
    if let note, note.utf8.count > ImageReview.longestText {
      throw ValidationError("--note takes at most \(ImageReview.longestText) bytes")
    }
  }

  func run() async throws {
    let store = try log.location().openForAdding()
    let found = try store.findOne(record)
    guard let sha256 = found.verdict.sha256 else {
      throw SluiceError(.noSuchRecord, "\(found.reference) has no image")
    }
    let reference = try store.hold(
      sha256, isHeld: !release, note: note, reviewer: author.reviewerName, by: author.writerName)
    Terminal.say("sluice: \(sha256) \(release ? "released" : "held"), recorded as \(reference)")
  }
}
