import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Which pictures there are of a record's image, and what they show: chosen by the filter that draws them, and by the detectors
/// that the recorded verdict rests on.
package struct EvidenceGallery: Sendable {
  private let pipeline: Pipeline
  private let said: RecordedVerdict
  private let showsPrivate: Bool
  /// What the heat map shows.
  package let heatSubject: HeatSubject
  /// The squeezers whose versions are shown, by their places.
  package let versions: [String]
  /// The squeezers that the verdict rests on, which decide what the heat map shows.
  package let decisive: [String]

  private static let thumbnailSide = 96

  /// - Parameters:
  ///   - pipeline: the filter that draws them.
  ///   - showsPrivate: whether versions are among them that private detectors alone compare.
  package init(_ pipeline: Pipeline, _ said: RecordedVerdict, showsPrivate: Bool) {
    self.pipeline = pipeline
    self.said = said
    self.showsPrivate = showsPrivate
    let squeezers = EvidencePictures.shownSqueezers(of: pipeline, showsPrivate: showsPrivate)
    decisive = DecisiveDetectors(said).squeezers
    heatSubject = HeatSubject(squeezers, decisive: decisive)
    versions = squeezers.map(\.description)
  }

  /// A picture as a PNG; `nil` where there is no version at its place.
  ///
  /// - Parameters:
  ///   - bytes: the image as it came.
  /// - Throws: what decoding throws.
  /// - Complexity: as decoding, and for all but the original as squeezing what the picture shows.
  package func png(_ picture: EvidencePicture, of bytes: [UInt8]) throws(SluiceError) -> [UInt8]? {
    let pictures = EvidencePictures(pipeline, Replay.input(said, bytes), showsPrivate: showsPrivate)
    switch picture {
    case .thumbnail: return try Self.thumbnail(of: pictures.original()).encodedAsPNG()
    case .original: return try pictures.original().encodedAsPNG()
    case .heat: return try pictures.heat(decisive).picture.encodedAsPNG()
    case .noise: return try pictures.noise().encodedAsPNG()
    case .version(let place):
      return versions.indices.contains(place) ? try pictures.version(place).encodedAsPNG() : nil
    case .difference(let place):
      return versions.indices.contains(place) ? try pictures.difference(place).picture.encodedAsPNG() : nil
    }
  }

  private static func thumbnail(of image: consuming PixelImage) -> PixelImage {
    let longest = max(image.size.width, image.size.height)
    guard longest > thumbnailSide else { return image }
    let size = PixelSize(
      width: max(1, image.size.width * thumbnailSide / longest),
      height: max(1, image.size.height * thumbnailSide / longest))
    return image.trappingResized(to: size, filter: .bilinear)
  }
}
