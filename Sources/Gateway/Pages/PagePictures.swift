import AuditLog
import Auditing
import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers
import Synchronization

/// The pictures of the audit pages, each made anew from pixels: nothing of a sender's file reaches a browser as an image.
final class PagePictures: Sendable {
  enum Kind: Sendable, Hashable {
    case thumbnail
    case original
    case version(Int)
    case difference(Int)
    case heat
    case noise

    /// `nil` for a name that no picture has.
    init?(_ name: String) {
      let parts = name.split(separator: "-", maxSplits: 1)
      let number = parts.count == 2 ? Int(parts[1]) : nil
      switch (parts.first, number) {
      case ("thumbnail", nil): self = .thumbnail
      case ("original", nil): self = .original
      case ("heat", nil): self = .heat
      case ("noise", nil): self = .noise
      case ("version", let place?): self = .version(place)
      case ("difference", let place?): self = .difference(place)
      default: return nil
      }
    }

    var name: String {
      switch self {
      case .thumbnail: "thumbnail"
      case .original: "original"
      case .version(let place): "version-\(place)"
      case .difference(let place): "difference-\(place)"
      case .heat: "heat"
      case .noise: "noise"
      }
    }
  }

  private struct Key: Hashable {
    let sha256: String
    let filter: FilterIdentity
    let kind: Kind
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

  private static let mostBytes = 32_000_000
  private static let thumbnailSide = 96

  /// A picture as a PNG; `nil` where there is none.
  ///
  /// - Throws: what reading and decoding the image throw.
  func picture(
    _ kind: Kind, of record: StoredRecord, in log: PermittedLog, _ pipeline: Pipeline
  ) throws(SluiceError) -> [UInt8]? {
    let said = record.json
    guard let sha256 = said["sha256"]?.string else { return nil }
    let decisive = kind == .heat ? DecisiveDetectors(said).squeezers : []
    let key = Key(
      sha256: sha256, filter: pipeline.identity, kind: kind, showsPrivate: log.showsPrivate, decisive: decisive)
    if let known = cache.withLock({ $0.pictures[key] }) { return known }
    guard let bytes = try log.image(sha256) else { return nil }
    let pictures = EvidencePictures(pipeline, Replay.input(said, bytes), showsPrivate: log.showsPrivate)
    guard let png = try Self.png(kind, pictures, decisive) else { return nil }
    keep(png, as: key)
    return png
  }

  private static func png(
    _ kind: Kind, _ pictures: EvidencePictures, _ decisive: [String]
  ) throws(SluiceError) -> [UInt8]? {
    switch kind {
    case .thumbnail: try thumbnail(of: pictures.original()).encodedAsPNG()
    case .original: try pictures.original().encodedAsPNG()
    case .heat: try pictures.heat(decisive).picture.encodedAsPNG()
    case .noise: try pictures.noise().encodedAsPNG()
    case .version(let place):
      pictures.squeezers.indices.contains(place) ? try pictures.version(place).encodedAsPNG() : nil
    case .difference(let place):
      pictures.squeezers.indices.contains(place) ? try pictures.difference(place).picture.encodedAsPNG() : nil
    }
  }

  private static func thumbnail(of image: consuming PixelImage) -> PixelImage {
    let longest = max(image.size.width, image.size.height)
    guard longest > thumbnailSide else { return image }
    let size = PixelSize(
      width: max(1, image.size.width * thumbnailSide / longest),
      height: max(1, image.size.height * thumbnailSide / longest))
    return image.resized(to: size, filter: .bilinear)
  }

  /// Keeps a picture for the next request; the oldest go where there is no room.
  private func keep(_ picture: [UInt8], as key: Key) {
    cache.withLock { cache in
      guard cache.pictures.updateValue(picture, forKey: key) == nil else { return }
      cache.order.append(key)
      cache.bytes += picture.count
      var gone = 0
      while cache.bytes > Self.mostBytes, gone < cache.order.count - 1 {
        cache.bytes -= cache.pictures.removeValue(forKey: cache.order[gone])?.count ?? 0
        gone += 1
      }
      cache.order.removeFirst(gone)
    }
  }
}
