import Pixels
import Preprocessing

/// A kernel that pictures are scaled with, widened to antialias or not.
enum ScalingKernel: Hashable, CaseIterable {
  case antialiased(ResampleFilter)
  case sampled(SampleKernel)

  static let allCases = ResampleFilter.allCases.map(antialiased) + SampleKernel.allCases.map(sampled)

  /// Scaling to a size, whatever the proportions.
  func exactly(_ size: PixelSize) -> PreprocessStep {
    switch self {
    case .antialiased(let filter): .resizeExactly(size, filter)
    case .sampled(let kernel): .sampleExactly(size, kernel)
    }
  }

  /// Scaling until the shorter side has a length, in the proportions.
  func shorterSide(_ side: Int) -> PreprocessStep {
    switch self {
    case .antialiased(let filter): .resizeShorterSide(side, filter)
    case .sampled(let kernel): .sampleShorterSide(side, kernel)
    }
  }
}
