import Calibration
import Files
import FilterPipeline
import ImageCodecs
import Preprocessing

/// Pictures of the images that a report shows.
struct Thumbnails {
  private let pipeline: Pipeline

  static let shown = 12

  init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// Adds pictures of the hardest missed attacks and the most suspicious clean images, as the classifier sees them.
  ///
  /// An image that can no longer be read, as from standard input, goes without.
  func fill(_ evaluation: inout Evaluation) {
    for (group, image) in evaluation.hardestMissed(Self.shown) {
      evaluation.attacks[group].images[image].thumbnail = picture(of: evaluation.attacks[group].images[image])
    }
    for image in evaluation.mostSuspiciousClean(Self.shown) {
      evaluation.clean.images[image].thumbnail = picture(of: evaluation.clean.images[image])
    }
  }

  private func picture(of image: Evaluation.Image) -> [UInt8]? {
    guard let bytes = try? readFile(image.source, atMost: pipeline.definition.limits.maxBytes),
      let picture = try? pipeline.modelImage(of: bytes)
    else { return nil }
    return try? picture.encodedAsPNG()
  }
}
