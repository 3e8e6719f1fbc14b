import AuditLog
import Auditing
import Common
import Files
import FilterPipeline
import enum Sluice.Digests

/// Reviewed images, and where their bytes come from: a list of files, or an audit log.
struct AuditedReviews: Sendable {
  let reviews: [ReviewedImage]
  private let read: @Sendable (ReviewedImage, Int) throws(SluiceError) -> [UInt8]

  /// - Parameters:
  ///   - path: a file of reviews, or the folder of an audit log.
  /// - Throws: `unreadable-file`, `invalid-review`; `audit-unavailable`.
  init(_ path: String) throws(SluiceError) {
    guard (try? folderContents(path)) ?? nil != nil else {
      reviews = try ReviewList(path).reviews
      read = { review, limit throws(SluiceError) in try review.bytes(atMost: limit, sha256: Digests.sha256) }
      return
    }
    let store = try AuditLocation.named(folder: path).openForReading()
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
      return bytes
    }
  }

  /// The image that was reviewed.
  ///
  /// - Throws: `unreadable-file`, `review-mismatch`, `no-such-record`, `quarantine-damaged`, `quarantine-encrypted`.
  func bytes(of review: ReviewedImage, atMost limit: Int) throws(SluiceError) -> [UInt8] { try read(review, limit) }
}
