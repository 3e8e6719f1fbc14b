import ImageCodecs
import Pixels
import Preprocessing

extension Subject {
  /// JPEG files made into tensors as most ImageNet classifiers take them: shorter side 256, middle 224×224, normalised.
  package static let preparation = {
    let photographs = Photographs.encoded()
    let preparation = Preparation()
    return Subject(
      name: "decode resize crop normalise", imagesPerPass: photographs.count,
      pass: { for bytes in photographs { preparation.run(bytes) { _ in } } },
      result: {
        var result: [UInt8] = []
        preparation.run(photographs[0]) { tensor in
          for index in 0..<tensor.byteCount {
            result.append(unsafe tensor.unsafeLoad(fromByteOffset: index, as: UInt8.self))
          }
        }
        return result
      })
  }()
}

/// What the filter does with a JPEG before it asks the classifier.
private struct Preparation: Sendable {
  private let decoder: ImageDecoder
  private let preprocessor: Preprocessor
  private let encoder: TensorEncoder

  init() {
    var limits = DecodeLimits()
    // As the peers do, which take a picture as it is stored.
    limits.orientation = .ignore
    decoder = ImageDecoder(limits: limits)
    let size = PixelSize(width: 224, height: 224)
    preprocessor = orStop {
      try Preprocessor(steps: [.resizeShorterSide(256, .bilinear), .centerCrop(size)], channels: .rgb)
    }
    encoder = TensorEncoder(
      form: TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: size),
      normalisation: Normalisation(mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225]))
  }

  /// The tensor is new each time, as its reader would own it.
  func run(_ bytes: [UInt8], read: (RawSpan) -> Void) {
    let decoded = orStop { try decoder.decode(bytes.span, neededRegion: preprocessor.neededRegion).takePixels() }
    let batch = encoder.encoded(preprocessor.trappingApply(to: decoded))
    read(batch.bytes)
  }
}
