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

  func advance(_ passage: inout Passage) -> StageProgress {
    guard let source = passage.source.take() else { return .goesOn }
    // A part of a picture is decoded where that is enough; its header has the size of the whole.
    let size = passage.verdict.header?.size ?? source.size
    let image = preprocessor.apply(to: source)
    let scaled = preprocessor.scaledSize(of: size)
    passage.verdict.origin =
      passage.verdict.header.map { ImageOrigin($0, scaledTo: scaled, image) }
      ?? ImageOrigin(pixels: size, scaledTo: scaled, image)
    passage.image = ModelImage(image)
    return .goesOn
  }
}
