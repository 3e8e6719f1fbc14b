import Pixels

/// The detectors that a new filter has: by what the model takes, and whether there is a second one.
struct WitnessPlan {
  private let size: PixelSize
  private let isGray: Bool
  private let hasSecondModel: Bool
  /// A smaller size that the model takes as well, for a cheaper second look.
  private let smallSide: Int?

  /// Below this, a picture has too few pixels to show the noise of an attack by itself.
  private static let leastSideForNoise = 32
  private static let leastSideForSmallLook = 128

  init(_ plan: FilterPlan) {
    size = plan.classifier.preparation.size
    isGray = plan.classifier.description.input.channels == .gray
    hasSecondModel = plan.secondModel != nil
    let own = size
    let smaller = plan.classifier.description.sizes.filter {
      $0.width == $0.height && $0.width < own.width && $0.width >= Self.leastSideForSmallLook && own.width == own.height
    }
    smallSide = smaller.map(\.width).min()
  }

  private var side: Int { min(size.width, size.height) }
  private var looksAtImage: Bool { side >= Self.leastSideForNoise }
  private var looksAtColours: Bool { looksAtImage && !isGray }

  /// The part of the budget that each group has; `nil` where there is one group.
  var shares: String? {
    guard looksAtImage else { return nil }
    return looksAtColours
      ? "{predictions: 0.55, noise: 0.15, image: 0.1, even-noise: 0.1, stripes: 0.1}"
      : "{predictions: 0.6, noise: 0.15, image: 0.15, even-noise: 0.1}"
  }

  var lines: [String] {
    ["detectors:"] + file + secondModel + predictions + image
  }

  private let file = [
    "  # What no photograph does: a hidden second picture, or another file behind the picture. Outside the budget.",
    "  - fileFindings: {}",
  ]

  private var secondModel: [String] {
    guard hasSecondModel else {
      return [
        "  # A second, independent model of the same classes is the best single witness: `sluice init --second-model MODEL`.",
        "  # Without one, make one of photographs: `sluice witness -f FILTER.yaml --photos PHOTOS`.",
      ]
    }
    let measures = [
      ("second-model", "l1"), ("second-model-divergence", "jensenShannon"),
      ("second-model-log", "meanLogDifference, top: 5"),
      ("second-model-doubt", "labelDoubt"),
    ]
    return [
      "  # What an independent model says. An attack that was made for one model seldom has the same effect on both."
    ]
      + measures.map { name, distance in
        "  - auxiliaryModel: {name: \(name), group: predictions, model: second, distance: \(distance), weight: 2}"
      }
  }

  /// Before all others that ask the classifier, because it costs less.
  private var smallLook: [String] {
    guard let smallSide, hasSecondModel else { return [] }
    let look = "group: predictions, squeezers: [{look: \(smallSide)}]"
    return [
      "  # The same model at a smaller size, which costs less: little of a small perturbation survives that.",
      "  - featureSqueezing: {name: small-look, \(look), distance: jensenShannon}",
      "  - featureSqueezing: {name: small-look-doubt, \(look), distance: labelDoubt}",
    ]
  }

  private var predictions: [String] {
    var looks: [(name: String, squeezer: String)] = []
    looks.append(("mirror", "mirror"))
    // As far as it is at 224 pixels in proportion.
    let (near, far) = (max(1, side / 112), max(2, side / 45))
    looks.append(("shift", "{shift: {x: \(near), y: \(near)}}"))
    if hasSecondModel, looksAtImage { looks.append(("wide-shift", "{shift: {x: \(far), y: -\(far / 2 + 1)}}")) }
    var lines = smallLook
    lines += [
      "  # Predictions that do not survive a mirror or a shift. Probabilities see small perturbations, which leave the classifier",
      "  # unsure; their logarithms see confident attacks, whose probabilities saturate. Leave the mirror out where left and right",
      "  # have a meaning, as in writing.",
    ]
    for look in looks {
      lines.append(
        "  - featureSqueezing: {name: \(look.name), group: predictions, squeezers: [\(look.squeezer)], distance: jensenShannon}"
      )
      lines.append(
        "  - featureSqueezing: {name: \(look.name)-log, group: predictions, squeezers: [\(look.squeezer)], "
          + "distance: meanLogDifference, top: 5}")
    }
    if looksAtColours {
      lines.append("  - noiseWhiteness: {name: noise-beside-predictions, group: predictions, weight: 2}")
    }
    return lines
  }

  private var image: [String] {
    guard looksAtImage else { return [] }
    return looksAtColours ? colourImage : grayImage
  }

  private let grayImage = [
    "  # The image alone, at no cost: noise that was computed at the model's size, and so is white; dense patches; noise of one",
    "  # amplitude, as one step along a gradient leaves it.",
    "  - noiseWhiteness: {group: noise, signal: brightness, share: 0.025, floor: 4}",
    "  - patchEvidence: {group: image}",
    "  - noiseKurtosis: {group: even-noise}",
  ]

  private let colourImage = [
    "  # The image alone, at no cost: noise that was computed at the model's size, and so is white, with a sign of its own in each",
    "  # channel; noise in colours beyond what sharpening brings; dense patches.",
    "  - noiseWhiteness: {group: noise}",
    "  - chromaResidual: {name: chroma-flattest, group: image, region: flattest, relativeTo: brightness}",
    "  - chromaResidual: {name: chroma-whole, group: image, region: whole, relativeTo: brightness}",
    "  - patchEvidence: {group: image}",
    "  # Noise of one amplitude, in a part of the image, in one channel, or with one sign for all.",
    "  - noiseKurtosis: {group: even-noise}",
    "  # Stripes from which the Square attack starts, with a sign for each channel or one for all. Fences have the latter.",
    "  - stripeConsistency: {group: stripes}",
    "  - stripeConsistency: {name: gray-stripes, group: stripes, signal: brightness}",
  ]
}

extension FilterPlan {
  /// The least part of the budget that a group of witnesses has in any plan.
  package static let smallestShare = 0.1
}
