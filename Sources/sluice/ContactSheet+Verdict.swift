import Detectors
import FilterPipeline
import Pictures
import Pixels
import Squeezers

extension ContactSheet {
  /// The contact sheet of a judged image.
  ///
  /// - Throws: what decoding throws.
  static func of(
    _ bytes: [UInt8], _ verdict: Verdict, _ pipeline: Pipeline
  ) throws(SluiceError) -> PixelImage {
    let image = try pipeline.modelImage(of: bytes)
    var sheet = ContactSheet(of: image.clone(), columns: 1 + pipeline.squeezers.count)
    sheet.addOriginal(
      title: "original", caption: caption(verdict, pipeline), conclusion: conclusion(verdict),
      isWarning: verdict.outcome == .adversarial)
    for squeezer in pipeline.squeezers {
      let seen = verdict.detectors.lazy.flatMap(\.score.detail.squeezers)
        .first { $0.squeezer == squeezer.description }
      let caption = seen.map { "\(pipeline.named($0.topClass)) \(percent($0.topProbability))" } ?? ""
      sheet.add(
        squeezer.squeeze(image), title: squeezer.description, caption: caption,
        isWarning: seen.map { $0.topClass != verdict.prediction?.topClass } ?? false)
    }
    return sheet.picture()
  }

  private static func conclusion(_ verdict: Verdict) -> [String] {
    [verdict.outcome.rawValue]
      + verdict.detectors.flatMap { detector in
        [
          detector.name,
          "\(rounded(detector.score.value)) \(detector.isFlagged ? ">" : "<=") \(rounded(detector.threshold))",
        ]
      }
  }

  private static func caption(_ verdict: Verdict, _ pipeline: Pipeline) -> String {
    guard let prediction = verdict.prediction else { return "" }
    return "\(pipeline.named(prediction.topClass)) \(percent(prediction.probability))"
  }
}
