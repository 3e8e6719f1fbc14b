import Auditing
import FilterPipeline

extension JudgedImage {
  /// The images of a request, with what is done about whoever searches.
  static func all(_ batch: JudgedBatch, _ context: RequestContext, _ settled: SettledImages) -> [JudgedImage] {
    batch.images.enumerated().map { place, image in
      JudgedImage(
        image.input, image.judgement.verdict, request: context.identity.id, route: context.route.rawValue,
        client: context.client, sighting: image.sighting, answered: settled.answer(at: place))
    }
  }
}
