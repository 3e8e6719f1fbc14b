import AuditLog
import Auditing
import Calibration
import Common
import Cryptography
import Files
import FilterPipeline

/// Reviewed images, and where they come from: a list of files, or an audit log.
struct AuditedReviews: Sendable {
  let reviews: [ReviewedImage]
  private let read: @Sendable (ReviewedImage, Int) throws(SluiceError) -> EncodedInput

  /// - Parameters:
  ///   - path: a file of reviews, or the folder of an audit log.
  /// - Throws: `unreadable-file`, `invalid-review`; `audit-unavailable`.
  init(_ path: String) throws(SluiceError) {
    guard (try? folderContents(path)) ?? nil != nil else {
      reviews = try ReviewList(path).reviews
      read = { review, limit throws(SluiceError) in
        EncodedInput(source: review.path, bytes: try review.bytes(atMost: limit, sha256: Digests.sha256))
      }
      return
    }
    let store = try AuditLocation.named(folder: path).openForReading(
      otherwise: "name the folder of a log, or a file of reviews, with --from-audit")
    var found: [ReviewedImage] = []
    try store.forEachReview { review in
      found.append(
        ReviewedImage(
          sha256: review.sha256, label: review.label, path: review.sha256,
          trueClass: review.trueClass, attack: review.attack))
    }
    reviews = found
    read = { review, limit throws(SluiceError) in
      guard let bytes = try store.image(review.sha256) else {
        throw SluiceError(.noSuchRecord, "the bytes of \(review.sha256) are not kept")
      }
      guard bytes.count <= limit else {
        throw SluiceError(.unreadableFile, "\(review.sha256) is longer than \(limit) bytes")
      }
      return EncodedInput(source: review.path, bytes: bytes, pixels: try Self.layout(of: review, bytes, in: store))
    }
  }

  /// How bare pixels lie, which only records say; `nil` for an encoded image.
  private static func layout(
    of review: ReviewedImage, _ bytes: [UInt8], in store: AuditStore
  ) throws(SluiceError) -> EncodedInput.PixelLayout? {
    var query = AuditQuery()
    query.digest = review.sha256
    return try store.records(query, limit: 1).first.flatMap { Replay.input($0.verdict, bytes).pixels }
  }

  /// What reviewers say of images, by their digests.
  var digests: ReviewedDigests {
    func digests(_ label: ImageReview.Label) -> Set<String> {
      Set(reviews.filter { $0.label == label }.map(\.sha256))
    }
    return ReviewedDigests(cleared: digests(.clean), confirmed: digests(.adversarial))
  }

  /// The image that was reviewed.
  ///
  /// - Throws: `unreadable-file`, `review-mismatch`, `no-such-record`, `quarantine-damaged`, `quarantine-encrypted`.
  func input(of review: ReviewedImage, atMost limit: Int) throws(SluiceError) -> EncodedInput {
    try read(review, limit)
  }
}
