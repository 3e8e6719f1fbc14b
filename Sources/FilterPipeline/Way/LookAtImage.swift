/// Asks the detectors that look at the model-size image alone, which cost no call of a model.
struct LookAtImage: Stage {
  let phase = Phase.detect
  private let weighing: Weighing

  init(_ weighing: Weighing) {
    self.weighing = weighing
  }

  func advance(_ passage: inout Passage) -> StageProgress {
    guard let image = passage.image else { return .goesOn }
    passage.scores.lookAtImage(image.pixels)
    return weighing.progress(&passage, after: nil)
  }
}
