import Pixels
import Preprocessing

/// One way of preparing pictures that is tried.
package struct PreparationCandidate: Sendable, Hashable {
  package var steps: [PreprocessStep]
  package var normalisation: NamedNormalisation
  package var order: TensorChannels

  package init(steps: [PreprocessStep], normalisation: NamedNormalisation, order: TensorChannels) {
    self.steps = steps
    self.normalisation = normalisation
    self.order = order
  }

  /// What the tensor is made with, in the order R, G, B.
  package var values: Normalisation {
    normalisation.isInTensorOrder && order == .bgr ? normalisation.normalisation.reversed : normalisation.normalisation
  }

  package var colours: String { order == .gray ? "gray" : order.rawValue.uppercased() }

  package var geometry: String { Self.text(of: steps) }

  /// Geometric steps for people.
  package static func text(of steps: [PreprocessStep]) -> String {
    steps.map { step in
      switch step {
      case .resizeShorterSide(let side, let scaling): "shorter side \(side) \(text(of: scaling))"
      case .resizeExactly(let size, let scaling): "squash to \(size) \(text(of: scaling))"
      case .letterbox(let size, let filter, let level): "letterbox \(size) \(filter.rawValue) on \(level)"
      case .centerCrop(let size, let rounding): "crop \(size)\(rounding == .down ? " rounded down" : "")"
      }
    }.joined(separator: ", ")
  }

  private static func text(of scaling: Scaling) -> String {
    switch scaling {
    case .antialiased(let filter): filter.rawValue
    case .sampled(let kernel): "\(kernel.rawValue) without antialiasing"
    }
  }
}

/// A normalisation with what it is usually called.
package struct NamedNormalisation: Sendable, Hashable {
  package let name: String
  package let normalisation: Normalisation
  /// Whether its entries are in the order of the tensor's channels, and not R, G, B.
  package let isInTensorOrder: Bool

  package init(_ name: String, _ normalisation: Normalisation, isInTensorOrder: Bool = false) {
    self.name = name
    self.normalisation = normalisation
    self.isInTensorOrder = isInTensorOrder
  }
}

/// What models are usually trained with, the commonest first: where trials cannot tell two apart, the first stays.
package enum UsualPreparations {
  /// The share of a picture's shorter side that is left of it after the crop.
  private static let cropShare = 0.875
  private static let leastSideToCrop = 96
  /// Black, and the gray of detection pipelines.
  private static let letterboxLevels: [UInt8] = [0, 114]

  package static func normalisations(_ channels: PixelChannels) -> [NamedNormalisation] {
    channels == .gray ? gray : colour
  }

  private static let colour = [
    NamedNormalisation(
      "ImageNet mean and std", Normalisation(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])),
    NamedNormalisation("[−1, 1]", Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])),
    NamedNormalisation("[0, 1]", .identity(.rgb)),
    NamedNormalisation("[0, 255]", samples(mean: [0, 0, 0])),
    NamedNormalisation("[0, 255] less the mean", samples(mean: [123.68, 116.779, 103.939])),
    NamedNormalisation(
      "CLIP mean and std",
      Normalisation(
        mean: [0.481455, 0.457828, 0.408211], standardDeviation: [0.268630, 0.261303, 0.275777])),
  ]

  private static let gray = [
    NamedNormalisation("[0, 1]", .identity(.gray)),
    NamedNormalisation("[−1, 1]", Normalisation(mean: [0.5], standardDeviation: [0.5])),
    NamedNormalisation("[0, 255]", samples(mean: [0])),
    NamedNormalisation("MNIST mean and std", Normalisation(mean: [0.1307], standardDeviation: [0.3081])),
    // The digits that scikit-learn ships have 17 levels.
    NamedNormalisation("[0, 16]", Normalisation(mean: [0], standardDeviation: [0.0625])),
  ]

  /// Samples in 0…255 less a mean of the same range.
  private static func samples(mean: [Float]) -> Normalisation {
    Normalisation(
      mean: mean.map { ($0 / 255 * 1e6).rounded() / 1e6 },
      standardDeviation: mean.map { _ in Float(0.003922) })
  }

  /// From a picture of any size to the size of the model, the most usual first: the later ones are taken only where
  /// photographs tell them from all before.
  package static func geometries(_ size: PixelSize) -> [[PreprocessStep]] {
    var geometries: [[PreprocessStep]] = []
    for scaling in [Scaling.bilinear, .bicubic] {
      if size.width == size.height {
        let scaled = Int((Double(size.width) / cropShare).rounded())
        let cropped: [PreprocessStep] = [.resizeShorterSide(scaled, scaling), .centerCrop(size)]
        let whole: [PreprocessStep] = [.resizeShorterSide(size.width, scaling), .centerCrop(size)]
        // Of small pictures nothing is cut off.
        geometries += size.width < leastSideToCrop ? [whole, cropped] : [cropped, whole]
        geometries.append([
          .resizeExactly(PixelSize(width: scaled, height: scaled), scaling), .centerCrop(size),
        ])
      }
      geometries.append([.resizeExactly(size, scaling)])
    }
    // Without antialiasing, as OpenCV and TensorFlow scale, and nearly as Keras loads pictures.
    geometries.append([.resizeExactly(size, .sampled(.bilinear))])
    geometries.append([.resizeExactly(size, .sampled(.nearest))])
    if size.width == size.height {
      let scaled = Int((Double(size.width) / cropShare).rounded())
      geometries.append([.resizeShorterSide(scaled, .sampled(.bilinear)), .centerCrop(size)])
    }
    for level in letterboxLevels { geometries.append([.letterbox(size, .bilinear, level: level)]) }
    return geometries.filter { steps in
      (try? Preprocessor(steps: steps, channels: .rgb)) != nil && steps.allSatisfy(\.isPermitted)
    }
  }
}

extension PreprocessStep {
  /// Whether a filter file permits it.
  var isPermitted: Bool {
    switch self {
    case .resizeShorterSide(let side, _): Self.sideRange.contains(side)
    case .resizeExactly(let size, _), .letterbox(let size, _, _), .centerCrop(let size, _):
      Self.sideRange.contains(size.width) && Self.sideRange.contains(size.height)
    }
  }
}
