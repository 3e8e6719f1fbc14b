/// How pictures are scaled: with a kernel that is widened to antialias, or with one that is not.
package enum Scaling: Sendable, Hashable, CaseIterable {
  /// As Pillow and torchvision scale.
  case antialiased(ResampleFilter)
  /// As OpenCV and TensorFlow scale unless told otherwise.
  case sampled(SampleKernel)

  package static let allCases: [Scaling] =
    ResampleFilter.allCases.map(antialiased) + SampleKernel.allCases.map(sampled)

  /// A filter that reads all that this reads, and perhaps more.
  var widest: ResampleFilter {
    switch self {
    case .antialiased(let filter): filter
    // Antialiasing reads more on every side.
    case .sampled: .bicubic
    }
  }
}

/// With antialiasing, which is the usual way.
extension Scaling {
  package static let box = Scaling.antialiased(.box)
  package static let bilinear = Scaling.antialiased(.bilinear)
  package static let bicubic = Scaling.antialiased(.bicubic)
  package static let lanczos = Scaling.antialiased(.lanczos)
}
