import Common
import ImageCodecs
import Pixels
import Preprocessing

/// The kept images decoded in one way.
struct DecodedPictures {
  /// As lines of samples, because images cannot be in an array.
  private let pictures: [(size: PixelSize, channels: PixelChannels, samples: [UInt8])]

  init(_ kept: [ParityComparison.Kept], _ limits: DecodeLimits) throws(SluiceError) {
    let decoder = ImageDecoder(limits: limits)
    var pictures: [(PixelSize, PixelChannels, [UInt8])] = []
    for image in kept {
      let pixels = try decoder.decode(image.bytes.span).takePixels()
      pictures.append((pixels.size, pixels.channels, pixels.samples.copied))
    }
    self.pictures = pictures
  }

  func isSame(as other: DecodedPictures) -> Bool {
    zip(pictures, other.pictures).allSatisfy { $0.size == $1.size && $0.samples == $1.samples }
  }

  /// Every so many-th pixel of what the steps make of them, one image after another.
  ///
  /// - Throws: `out-of-memory`.
  /// - Complexity: that of the steps.
  func samples(
    _ steps: [PreprocessStep], _ channels: PixelChannels, every stride: Int
  ) throws(SluiceError) -> [UInt8] {
    let preprocessor = try Preprocessor(steps: steps, channels: channels)
    var samples: [UInt8] = []
    for picture in pictures {
      let image = try PixelImage(allocating: picture.size, channels: picture.channels, samples: picture.samples.span)
      let prepared = try preprocessor.apply(to: image)
      samples += Thinned.pixels(prepared.samples.copied, depth: channels.rawValue, every: stride)
    }
    return samples
  }
}

enum Thinned {
  /// Every so many-th pixel of interleaved values.
  static func pixels<Value>(_ values: [Value], depth: Int, every stride: Int) -> [Value] {
    if stride == 1 { return values }
    var thinned: [Value] = []
    for pixel in Swift.stride(from: 0, to: values.count / depth, by: stride) {
      thinned += values[pixel * depth..<(pixel + 1) * depth]
    }
    return thinned
  }
}
