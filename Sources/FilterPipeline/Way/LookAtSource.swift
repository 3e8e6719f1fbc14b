import Pixels
import Preprocessing

/// Asks the detectors that look at the picture before it is scaled.
struct LookAtSource: Stage {
  let phase = Phase.detect
  private let isNeeded: Bool
  private let preprocessor: Preprocessor

  init(_ definition: FilterDefinition) {
    isNeeded = definition.looksAtSource
    preprocessor = definition.preprocessor
  }

  func advance(_ passage: inout Passage) -> StageProgress {
    guard isNeeded, let source = passage.source.take() else { return .goesOn }
    passage.scores.lookAtSource(source, scaledTo: preprocessor.scaledSize(of: source.size))
    passage.source = consume source
    return .goesOn
  }
}
