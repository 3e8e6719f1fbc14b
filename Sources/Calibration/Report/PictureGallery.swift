import FoundationEssentials
import Pictures

/// Pictures with what was seen in them.
struct PictureGallery {
  let evaluation: Evaluation

  var missed: String {
    let images = evaluation.hardestMissed(Self.maxPictures)
    guard !images.isEmpty else {
      guard evaluation.attacks.allSatisfy({ $0.images.allSatisfy(\.isDecided) }) else {
        return "<p>The calibration has too few clean images to say.</p>"
      }
      return evaluation.attacks.isEmpty ? "" : "<p>No attack passed.</p>"
    }
    return gallery(images.map { (evaluation.attacks[$0.group].name, evaluation.attacks[$0.group].images[$0.image]) })
  }

  var suspicious: String {
    gallery(evaluation.mostSuspiciousClean(Self.maxPictures).map { ("", evaluation.clean.images[$0]) })
  }

  private static let maxPictures = 12

  private func gallery(_ images: [(attack: String, image: Evaluation.Image)]) -> String {
    "<div class=\"gallery\">" + images.map { figure($0.attack, $0.image) }.joined() + "</div>"
  }

  private func figure(_ attack: String, _ image: Evaluation.Image) -> String {
    let name = image.source.split(separator: "/").last.map(String.init) ?? image.source
    let picture =
      image.thumbnail.map { "<img alt=\"\" src=\"data:image/png;base64,\(Data($0).base64EncodedString())\">" }
      ?? "<div class=\"nothing\">no picture</div>"
    let seen = [
      image.predictedLabel ?? image.predictedClass.map { "class \($0)" }, image.probability.map(Figures.rate),
    ]
    .compactMap(\.self).joined(separator: ", ")
    let suspicion = image.isRefused ? "refused" : image.pValue.map { "p = " + Figures.fixed($0, decimals: 4) } ?? ""
    let facts = [attack, seen, suspicion].filter { !$0.isEmpty }
    return "<figure>\(picture)<figcaption>" + HTMLText.element("strong", name)
      + facts.map { HTMLText.element("span", $0) }.joined() + HTMLText.element("small", image.sentence)
      + "</figcaption></figure>"
  }
}
