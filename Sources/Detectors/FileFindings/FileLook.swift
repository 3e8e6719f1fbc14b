import ImageCodecs
import Pixels

/// What looking at a file gave.
package struct FileLook: ~Copyable {
  package let score: DetectorScore
  /// The subjects that are refused.
  package let refused: [FileSubject]
  /// The picture in the size that it was compared in, as it was decoded; `nil` where nothing was compared, and where the
  /// policies want another picture.
  package var picture: PixelImage?

  init(score: DetectorScore, refused: [FileSubject]) {
    self.score = score
    self.refused = refused
    picture = nil
  }
}

/// A subject that the file has.
struct SeenSubject {
  let subject: FileSubject
  let code: Finding.Code
  /// How much showing it changes the picture, 0…1; 1 where that is not measured.
  let difference: Double
}
