import Common
import ImageCodecs
import Pixels

/// How attacked pictures are saved: what counts is the file, read again.
package enum SavedForm: Sendable, Hashable {
  case png
  case jpeg(quality: Int)

  /// - Parameters:
  ///   - text: `png`, or `jpeg:90`.
  /// - Returns: `nil` for any other text.
  package init?(_ text: String) {
    if text == "png" {
      self = .png
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "jpeg", let quality = Int(parts[1]), (1...100).contains(quality) else {
      return nil
    }
    self = .jpeg(quality: quality)
  }

  package var description: String {
    switch self {
    case .png: "png"
    case .jpeg(let quality): "jpeg:\(quality)"
    }
  }

  /// Larger pictures are compressed, so that they stay within a filter's limit of bytes.
  private static let maxStored = 1_000_000

  package var ending: String {
    switch self {
    case .png: "png"
    case .jpeg: "jpg"
    }
  }

  /// A PNG of a model's size is not compressed: that took more than half of a query's time, and noise hardly shrinks. The
  /// file that is saved is the one that was asked about, since seeded squeezers draw from its digest.
  ///
  /// - Throws: `out-of-memory`; `unsupported-image` for a JPEG with a side over 65,500.
  package func file(of picture: Picture) throws(SluiceError) -> [UInt8] {
    switch self {
    case .png: try picture.image.encodedAsPNG(isStored: picture.samples.count <= Self.maxStored)
    case .jpeg(let quality): try picture.image.encodedAsJPEG(quality: quality)
    }
  }
}
