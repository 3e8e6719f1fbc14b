import AuditLog
import Auditing
import Common
import FilterPipeline
import Pixels
import Synchronization

/// The pictures of the audit pages, kept for the next request. Each is made anew from pixels: nothing of a sender's file reaches a
/// browser as an image.
final class PagePictures: Sendable {
  private struct Key: Hashable {
    let sha256: String
    /// How bare pixels lie in the bytes: the same ones may have come as images of several shapes.
    let pixels: RecordedPixels?
    let filter: FilterIdentity
    let picture: EvidencePicture
    /// Whether versions of private detectors count among the filter's.
    let showsPrivate: Bool
    /// The squeezers that the verdict rests on, where the picture shows them.
    let decisive: [String]
  }

  private struct Cache {
    var pictures: [Key: [UInt8]] = [:]
    var order: [Key] = []
    var bytes = 0
  }

  private let cache = Mutex(Cache())

  private static let maximumBytes = 32_000_000

  /// A picture as a PNG; `nil` where there is none.
  ///
  /// - Throws: what reading and decoding the image throw.
  func picture(
    _ picture: EvidencePicture, of record: StoredRecord, in log: PermittedLog, _ pipeline: Pipeline
  ) throws(SluiceError) -> [UInt8]? {
    let said = record.verdict
    guard let sha256 = said.sha256 else { return nil }
    let gallery = EvidenceGallery(pipeline, said, showsPrivate: log.showsPrivate)
    let key = Key(
      sha256: sha256, pixels: said.pixels, filter: pipeline.identity, picture: picture, showsPrivate: log.showsPrivate,
      decisive: picture == .heat ? gallery.decisive : [])
    if let known = cache.withLock({ $0.pictures[key] }) { return known }
    guard let bytes = try log.image(sha256), let png = try gallery.png(picture, of: bytes) else { return nil }
    keep(png, as: key)
    return png
  }

  /// Keeps a picture for the next request; the oldest go where there is no room.
  private func keep(_ picture: [UInt8], as key: Key) {
    cache.withLock { cache in
      guard cache.pictures.updateValue(picture, forKey: key) == nil else { return }
      cache.order.append(key)
      cache.bytes += picture.count
      var gone = 0
      while cache.bytes > Self.maximumBytes, gone < cache.order.count - 1 {
        cache.bytes -= cache.pictures.removeValue(forKey: cache.order[gone])?.count ?? 0
        gone += 1
      }
      cache.order.removeFirst(gone)
    }
  }
}
