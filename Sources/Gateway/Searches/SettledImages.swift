import FilterPipeline

/// Images that were judged, with what is done about whoever searches: settled before they are recorded, and carried out after.
struct SettledImages: Sendable {
  /// `nil` where the sender is turned away as if the gateway were busy.
  let images: AnsweredImages?
  /// What each is answered instead of what its verdict says.
  let answered: [RecordedVerdict.Answered?]

  /// Images that are answered as they are.
  init(_ batch: JudgedBatch) {
    images = AnsweredImages(batch)
    answered = batch.judgements.map { _ in nil }
  }

  init(frozen images: AnsweredImages) {
    self.images = images
    answered = images.answered
  }

  init(slowed batch: JudgedBatch) {
    images = AnsweredImages(batch)
    answered = batch.judgements.map { _ in .slowed }
  }

  init(refused batch: JudgedBatch) {
    images = nil
    answered = batch.judgements.map { _ in .refused }
  }

  var isSlowed: Bool { answered.contains(.slowed) }
}
