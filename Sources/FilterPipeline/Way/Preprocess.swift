import Common
import Decision
import ImageCodecs
import Pixels
import Preprocessing

/// Brings the picture to the size that the classifier takes.
struct Preprocess: Stage {
  let phase = Phase.preprocess
  private let preprocessor: Preprocessor

  init(_ definition: FilterDefinition) {
    preprocessor = definition.preprocessor
  }

  /// - Throws: `out-of-memory`.
  func advance(_ passage: inout Passage) throws(SluiceError) -> StageProgress {
    guard let source = passage.source.take() else { return .goesOn }
    // That of the upright picture, which the steps see; the file may have it lying on its side.
    let size = source.size
    let image = try modelImage(of: source, &passage)
    let scaled = preprocessor.scaledSize(of: size)
    passage.verdict.origin =
      passage.verdict.header.map { ImageOrigin($0, scaledTo: scaled, image) }
      ?? ImageOrigin(pixels: size, scaledTo: scaled, image)
    passage.image = ModelImage(image)
    return .goesOn
  }

  private func modelImage(
    of source: consuming PixelImage, _ passage: inout Passage
  ) throws(SluiceError) -> PixelImage {
    if let scaled = passage.scaled.take() { return scaled }
    return try preprocessor.apply(to: source)
  }
}
