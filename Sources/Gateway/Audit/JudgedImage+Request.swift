import Auditing
import FilterPipeline
import StatefulDetection

extension JudgedImage {
  /// The images of a request.
  ///
  /// - Parameters:
  ///   - sightings: what chain each belongs to; `nil` where it is not remembered.
  ///   - answered: what each is answered instead of what its verdict says.
  static func all(
    _ images: [EncodedInput], _ judgements: [Judgement], _ context: RequestContext, _ sightings: [Sighting?],
    _ answered: [RecordedVerdict.Answered?]
  ) -> [JudgedImage] {
    zip(zip(images, judgements), zip(sightings, answered)).map { judged, seen in
      JudgedImage(
        judged.0, judged.1.verdict, request: context.identity.id, route: context.route.rawValue, client: context.client,
        sighting: seen.0, answered: seen.1)
    }
  }
}
