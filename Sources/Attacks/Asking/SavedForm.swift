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

  /// Larger pictures are compressed, whatever a filter takes.
  private static let maxStored = 1_000_000

  package var ending: String {
    switch self {
    case .png: "png"
    case .jpeg: "jpg"
    }
  }

  /// A PNG of a model's size is not compressed, unless a filter would not take it then: compressing took more than half of a
  /// query's time, and noise hardly shrinks. The file that is saved is the one that was asked about, since seeded squeezers
  /// draw from its digest.
  ///
  /// - Parameters:
  ///   - limit: the longest file that the filter takes; the result may still be longer.
  /// - Throws: `out-of-memory`; `unsupported-image` for a JPEG with a side over 65,500.
  package func file(of picture: Picture, atMost limit: Int) throws(SluiceError) -> [UInt8] {
    switch self {
    case .png:
      if picture.samples.count <= min(limit, Self.maxStored) {
        let stored = try picture.image.encodedAsPNG(isStored: true)
        if stored.count <= limit { return stored }
      }
      return try picture.image.encodedAsPNG()
    case .jpeg(let quality): return try picture.image.encodedAsJPEG(quality: quality)
    }
  }
}
