import FilterPipeline

/// Images that were judged, with what is done about whoever searches: settled before they are recorded, and carried out after.
enum SettledImages: Sendable {
  /// Each as the sender is to be told of it.
  case answered(AnsweredImages)
  /// Later than otherwise.
  case slowed(AnsweredImages)
  /// The sender is turned away as if the gateway were busy.
  case refused

  /// Images that are answered as they are.
  init(_ batch: JudgedBatch) { self = .answered(AnsweredImages(batch)) }

  /// `nil` where the sender is turned away.
  var images: AnsweredImages? {
    switch self {
    case .answered(let images), .slowed(let images): images
    case .refused: nil
    }
  }

  var isSlowed: Bool { if case .slowed = self { true } else { false } }

  /// What an image is answered instead of what its verdict says.
  func answer(at place: Int) -> RecordedVerdict.Answered? {
    switch self {
    case .answered(let images): images.images[place].answered
    case .slowed: .slowed
    case .refused: .refused
    }
  }
}
