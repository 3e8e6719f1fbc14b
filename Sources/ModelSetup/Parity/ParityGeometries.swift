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
  /// - Complexity: O(1): some eighty.
  static func candidates(_ own: [PreprocessStep], size: PixelSize) -> [[PreprocessStep]] {
    let kernels: [ResampleFilter?] = ResampleFilter.allCases + [nil]
    var all: [[PreprocessStep]] = [own]
    for kernel in kernels { all.append(own.map { $0.scaled(by: kernel) }) }
    for kernel in own.kernels + kernels.filter({ !own.kernels.contains($0) }) {
      all.append([exact(size, kernel)])
      for side in sides(own, size) { all.append([shorter(side, kernel), .centerCrop(size)]) }
      let scaled = Int((Double(min(size.width, size.height)) / 0.875).rounded())
      all.append([exact(PixelSize(width: scaled, height: scaled), kernel), .centerCrop(size)])
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

  private static func exact(_ size: PixelSize, _ kernel: ResampleFilter?) -> PreprocessStep {
    kernel.map { .resizeExactly(size, $0) } ?? .sampleExactly(size)
  }

  private static func shorter(_ side: Int, _ kernel: ResampleFilter?) -> PreprocessStep {
    kernel.map { .resizeShorterSide(side, $0) } ?? .sampleShorterSide(side)
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
    case .resizeShorterSide(let side, _), .sampleShorterSide(let side): side
    case .resizeExactly, .sampleExactly, .letterbox, .centerCrop: nil
    }
  }

  /// The same step with another kernel; `nil` for none, which is without antialiasing.
  fileprivate func scaled(by kernel: ResampleFilter?) -> PreprocessStep {
    switch self {
    case .resizeShorterSide(let side, _), .sampleShorterSide(let side):
      kernel.map { .resizeShorterSide(side, $0) } ?? .sampleShorterSide(side)
    case .resizeExactly(let size, _), .sampleExactly(let size):
      kernel.map { .resizeExactly(size, $0) } ?? .sampleExactly(size)
    case .letterbox(let size, let filter, let level): .letterbox(size, kernel ?? filter, level: level)
    case .centerCrop: self
    }
  }
}

extension [PreprocessStep] {
  /// The kernels that its steps scale with; the first of them that is used.
  fileprivate var kernels: [ResampleFilter?] {
    for step in self {
      switch step {
      case .resizeShorterSide(_, let filter), .resizeExactly(_, let filter), .letterbox(_, let filter, _):
        return [filter]
      case .sampleShorterSide, .sampleExactly: return [nil]
      case .centerCrop: continue
      }
    }
    return [.bilinear]
  }
}
