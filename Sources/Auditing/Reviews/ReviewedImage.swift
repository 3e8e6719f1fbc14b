import AuditLog
import Common
import Files
import FilterPipeline

/// An image that was flagged or let pass, with what a reviewer said about it, for calibrating and training.
package struct ReviewedImage: Sendable, Hashable {
  /// SHA-256 of the encoded image, in hexadecimal.
  package var sha256: String
  package var label: ImageReview.Label
  /// Where the image lies; relative paths count from the file of reviews.
  package var path: String
  /// The class that the image truly shows.
  package var trueClass: Int?
  /// What kind of attack it was, in the reviewer's words.
  package var attack: String?

  package init(sha256: String, label: ImageReview.Label, path: String, trueClass: Int? = nil, attack: String? = nil) {
    self.sha256 = sha256
    self.label = label
    self.path = path
    self.trueClass = trueClass
    self.attack = attack
  }

  /// The image, if it is still the one that was reviewed.
  ///
  /// - Parameters:
  ///   - limit: the longest permitted image in bytes.
  /// - Throws: `unreadable-file`; `review-mismatch` for another image in its place.
  package func bytes(
    atMost limit: Int, sha256: ([UInt8]) -> String
  ) throws(SluiceError) -> [UInt8] {
    let bytes = try readFile(path, atMost: limit)
    guard sha256(bytes) == self.sha256 else {
      throw SluiceError(
        .reviewMismatch, "\(path) is no longer the image that was reviewed", remedy: "review it again, or leave it out")
    }
    return bytes
  }
}

extension SluiceError.Code {
  package static let invalidReview = SluiceError.Code("invalid-review")
  package static let reviewMismatch = SluiceError.Code("review-mismatch")
}
