import Pixels
import Preprocessing

/// The geometric steps that another pipeline may take to come to a size.
enum ParityGeometries {
  /// Shorter sides that published pipelines scale to before they cut out so many pixels.
  private static let cropShares = [0.875, 0.9, 0.95, 0.96, 0.965]
  /// Libraries differ in how they round the quotient.
  private static let roundings: [FloatingPointRoundingRule] = [.toNearestOrEven, .down]
  private static let margin = 32
  private static let usualSide = 256
  private static let letterboxLevels: [UInt8] = [0, 114, 128]

  /// The filter's own steps first, then those that differ from them the least.
  ///
  /// - Complexity: O(1): some hundred.
  static func candidates(_ own: [PreprocessStep], size: PixelSize) -> [[PreprocessStep]] {
    let scalings = Scaling.allCases
    var all: [[PreprocessStep]] = []
    for steps in [own] + scalings.map({ scaling in own.map { $0.scaled(by: scaling) } }) {
      all += [steps, steps.map(\.croppedOtherwise)]
    }
    for scaling in own.scalings + scalings.filter({ !own.scalings.contains($0) }) {
      all.append([.resizeExactly(size, scaling)])
      for side in sides(own, size) {
        all.append([.resizeShorterSide(side, scaling), .centerCrop(size)])
        // A pixel matters only where all else is right.
        if own.scalings.contains(scaling) {
          all.append([.resizeShorterSide(side, scaling), .centerCrop(size, rounding: .down)])
        }
      }
      let scaled = Int((Double(min(size.width, size.height)) / 0.875).rounded())
      all.append([.resizeExactly(PixelSize(width: scaled, height: scaled), scaling), .centerCrop(size)])
    }
    for filter in [ResampleFilter.bilinear, .bicubic] {
      for level in letterboxLevels { all.append([.letterbox(size, filter, level: level)]) }
    }
    var seen: Set<[PreprocessStep]> = []
    return all.filter { steps in
      guard let preprocessor = try? Preprocessor(steps: steps, channels: .rgb) else { return false }
      return preprocessor.outputSize == size && steps.allSatisfy(\.isPermitted) && seen.insert(steps).inserted
    }
  }

  private static func sides(_ own: [PreprocessStep], _ size: PixelSize) -> [Int] {
    let side = min(size.width, size.height)
    let scaled = cropShares.flatMap { share in roundings.map { Int((Double(side) / share).rounded($0)) } }
    let usual = scaled + [side, side + margin]
    let all = own.compactMap(\.shorterSide) + usual + (usualSide > side ? [usualSide] : [])
    var seen: Set<Int> = []
    return all.filter { seen.insert($0).inserted }
  }
}

extension PreprocessStep {
  fileprivate var shorterSide: Int? {
    switch self {
    case .resizeShorterSide(let side, _): side
    case .resizeExactly, .letterbox, .centerCrop: nil
    }
  }

  /// The same step, but a crop that begins where the other rounding has it.
  fileprivate var croppedOtherwise: PreprocessStep {
    switch self {
    case .centerCrop(let size, .halfToEven): .centerCrop(size, rounding: .down)
    case .centerCrop(let size, .down): .centerCrop(size)
    case .resizeShorterSide, .resizeExactly, .letterbox: self
    }
  }

  /// The same step, scaled otherwise.
  fileprivate func scaled(by scaling: Scaling) -> PreprocessStep {
    switch self {
    case .resizeShorterSide(let side, _): .resizeShorterSide(side, scaling)
    case .resizeExactly(let size, _): .resizeExactly(size, scaling)
    case .letterbox(let size, let own, let level):
      if case .antialiased(let filter) = scaling {
        .letterbox(size, filter, level: level)
      } else {
        .letterbox(size, own, level: level)
      }
    case .centerCrop: self
    }
  }
}

extension [PreprocessStep] {
  /// How its first scaling step scales; bilinear where none does.
  fileprivate var scalings: [Scaling] {
    for step in self {
      switch step {
      case .resizeShorterSide(_, let scaling), .resizeExactly(_, let scaling): return [scaling]
      case .letterbox(_, let filter, _): return [.antialiased(filter)]
      case .centerCrop: continue
      }
    }
    return [.bilinear]
  }
}
