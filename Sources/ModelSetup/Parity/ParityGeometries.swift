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
    let kernels = ScalingKernel.allCases
    var all: [[PreprocessStep]] = []
    for steps in [own] + kernels.map({ kernel in own.map { $0.scaled(by: kernel) } }) {
      all += [steps, steps.map(\.croppedOtherwise)]
    }
    for kernel in own.kernels + kernels.filter({ !own.kernels.contains($0) }) {
      all.append([kernel.exactly(size)])
      for side in sides(own, size) {
        all.append([kernel.shorterSide(side), .centerCrop(size)])
        // A pixel matters only where all else is right.
        if own.kernels.contains(kernel) { all.append([kernel.shorterSide(side), .centerCrop(size, rounding: .down)]) }
      }
      let scaled = Int((Double(min(size.width, size.height)) / 0.875).rounded())
      all.append([kernel.exactly(PixelSize(width: scaled, height: scaled)), .centerCrop(size)])
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
    case .resizeShorterSide(let side, _), .sampleShorterSide(let side, _): side
    case .resizeExactly, .sampleExactly, .letterbox, .centerCrop: nil
    }
  }

  /// The same step, but a crop that begins where the other rounding has it.
  fileprivate var croppedOtherwise: PreprocessStep {
    switch self {
    case .centerCrop(let size, .halfToEven): .centerCrop(size, rounding: .down)
    case .centerCrop(let size, .down): .centerCrop(size)
    case .resizeShorterSide, .resizeExactly, .sampleShorterSide, .sampleExactly, .letterbox: self
    }
  }

  /// The same step with another kernel.
  fileprivate func scaled(by kernel: ScalingKernel) -> PreprocessStep {
    switch self {
    case .resizeShorterSide(let side, _), .sampleShorterSide(let side, _): kernel.shorterSide(side)
    case .resizeExactly(let size, _), .sampleExactly(let size, _): kernel.exactly(size)
    case .letterbox(let size, let own, let level):
      if case .antialiased(let filter) = kernel {
        .letterbox(size, filter, level: level)
      } else {
        .letterbox(size, own, level: level)
      }
    case .centerCrop: self
    }
  }
}

extension [PreprocessStep] {
  /// The kernel that its first scaling step uses; bilinear where none scales.
  fileprivate var kernels: [ScalingKernel] {
    for step in self {
      switch step {
      case .resizeShorterSide(_, let filter), .resizeExactly(_, let filter), .letterbox(_, let filter, _):
        return [.antialiased(filter)]
      case .sampleShorterSide(_, let kernel), .sampleExactly(_, let kernel): return [.sampled(kernel)]
      case .centerCrop: continue
      }
    }
    return [.antialiased(.bilinear)]
  }
}
