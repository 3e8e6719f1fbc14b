import Auditing
import Common
import Decision
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
    _ input: EncodedInput, _ verdict: Verdict, _ pipeline: Pipeline
  ) throws(SluiceError) -> PixelImage {
    let image = try pipeline.modelImage(of: input)
    let pictures = EvidencePictures(pipeline, input, showsPrivate: true)
    let squeezers = pictures.squeezers
    let seed = pipeline.seed(of: input.bytes)
    var sheet = ContactSheet(
      of: image.clone(), columns: 2 + squeezers.count, conclusion: conclusion(verdict))
    sheet.addOriginal(
      title: "original", caption: caption(verdict, pipeline), suspected: suspectedRegions(verdict),
      isWarning: verdict.outcome == .adversarial)
    for squeezer in squeezers {
      let seen = verdict.detectors.lazy.flatMap(\.score.squeezed)
        .first { $0.squeezer == squeezer.description }
      let caption = seen.map { "\(pipeline.named($0.topClass)) \(percent($0.topProbability))" } ?? ""
      sheet.add(
        squeezer.squeezedForShowing(image, seed: seed), title: squeezer.description, caption: caption,
        isWarning: seen.map { $0.topClass != verdict.prediction?.topClass } ?? false)
    }
    try sheet.add(pictures, decisive: DecisiveDetectors(verdict.recorded).squeezers)
    return sheet.picture()
  }

  /// What the denoised image lacks, and where versions differ.
  private mutating func add(_ pictures: EvidencePictures, decisive: [String]) throws(SluiceError) {
    let subject = pictures.heatSubject(decisive)
    let heat = try pictures.heat(decisive)
    add(
      upper: Picture(
        try pictures.noise(), title: "image - denoised ×\(EvidencePictures.noiseGain)",
        caption: EvidencePictures.denoiser.description),
      lower: Picture(
        heat.picture.clone(), title: subject.kind == .roughness ? "where it is rough" : "where versions differ",
        caption: subject.names.joined(separator: ", ")))
  }

  /// Where flagging detectors saw something; those of the source speak of another picture than the one shown.
  private static func suspectedRegions(_ verdict: Verdict) -> [PixelRegion] {
    verdict.detectors.filter { $0.isFlagged && !$0.looksAtSource }.compactMap(\.score.region)
  }

  /// What stands under the original, the detectors that flagged first.
  private static func conclusion(_ verdict: Verdict) -> [String] {
    let ordered = verdict.detectors.filter(\.isFlagged) + verdict.detectors.filter { !$0.isFlagged }
    let left = ordered.count - maxDetectors
    return [verdict.outcome.rawValue]
      + ordered.prefix(maxDetectors).flatMap { detector in [detector.name, comparison(detector)] }
      + (left > 0 ? ["and \(left) more"] : [])
  }

  private static let maxDetectors = 5

  private static func comparison(_ detector: Verdict.DetectorVerdict) -> String {
    guard let value = detector.score.value else { return "abstains" }
    if let threshold = detector.threshold {
      return "\(rounded(value)) \(detector.isFlagged ? ">" : "<=") \(rounded(threshold))"
    }
    return detector.part.map { "p = \(rounded($0.pValue))" } ?? rounded(value)
  }

  private static func caption(_ verdict: Verdict, _ pipeline: Pipeline) -> String {
    guard let prediction = verdict.prediction else { return "" }
    return "\(pipeline.named(prediction.topClass)) \(percent(prediction.probability))"
  }
}
