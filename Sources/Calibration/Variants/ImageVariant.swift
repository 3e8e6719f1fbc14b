import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Squeezers

/// A change that cameras, editors and uploads make to clean images, and that must not be called an attack.
///
/// How strong it is follows from the image's digest, evenly within the range, so that a calibration can be repeated.
package enum ImageVariant: String, Sendable, CaseIterable {
  /// Saved again as JPEG 4:2:0, of quality 65 to 95.
  case jpeg
  /// Out of focus: a Gaussian of 0.3 to 0.9 pixels at a shorter side of 256, wider in proportion for larger pictures.
  case blur
  /// Sensor noise: a normal deviate of 1 to 4 levels of 255 on every sample.
  case noise
  /// Exposed differently: multiplied by 0.8 to 1.25 and clipped.
  case brightness
  /// Without colour: BT.601 luma in one channel.
  case gray
  /// Without colour, and saved again as JPEG, of quality 65 to 95.
  case grayJPEG = "gray-jpeg"
  /// Saved again as JPEG 4:2:0, in the low, middle or high third of the qualities of `jpeg`.
  case jpegLow = "jpeg-low"
  case jpegMiddle = "jpeg-middle"
  case jpegHigh = "jpeg-high"

  /// What uploads and cameras do to pictures every day.
  package static let usual: [ImageVariant] = [.jpeg, .blur, .noise, .brightness, .gray, .grayJPEG]

  /// What an adversarial image is calibrated with where clean ones are saved again: an attack fades with the quality, so
  /// that one quality would say little of the others.
  package static let savesOfAttacks: [ImageVariant] = [.jpegLow, .jpegMiddle, .jpegHigh]
}

extension ImageVariant {
  private static let qualities = 65.0...95.0
  private static let lowQualities = 65.0...75.0
  private static let middleQualities = 75.0...85.0
  private static let highQualities = 85.0...95.0
  private static let blurs = 0.3...0.9
  private static let noises = 1.0...4.0
  private static let factors = 0.8...1.25
  /// For a JPEG that does not tell its own.
  private static let usualQuality = 92
  private static let blurSide = 256
  private static let widestBlur = 4.0

  /// The changed image, in the format of the given one and compressed as that is, so that it belongs to the same
  /// stratum; JPEG for those that are saved again as such.
  ///
  /// - Parameters:
  ///   - seed: the image's SHA-256, which the strength follows from.
  /// - Throws: what decoding throws; `unsupported-image` for a side too long for JPEG.
  /// - Complexity: O(pixels), one decoding and one encoding.
  package func encoded(_ bytes: [UInt8], limits: DecodeLimits, seed: String) throws(SluiceError) -> [UInt8] {
    let decoded = try ImageDecoder(limits: limits).decode(bytes.span)
    let header = decoded.header
    var chance = SeededGenerator(seed: seed, use: rawValue)
    let image = decoded.takePixels()
    switch self {
    case .jpeg: return try image.encodedAsJPEG(quality: Int(chance.number(in: Self.qualities)))
    case .jpegLow: return try image.encodedAsJPEG(quality: Int(chance.number(in: Self.lowQualities)))
    case .jpegMiddle: return try image.encodedAsJPEG(quality: Int(chance.number(in: Self.middleQualities)))
    case .jpegHigh: return try image.encodedAsJPEG(quality: Int(chance.number(in: Self.highQualities)))
    case .blur: return try Self.save(Self.blurred(image, sigma: chance.number(in: Self.blurs)), like: header)
    case .noise:
      let deviation = chance.number(in: Self.noises)
      return try Self.save(image.mapped { $0 + deviation * chance.normalDeviate() }, like: header)
    case .brightness:
      let factor = chance.number(in: Self.factors)
      return try Self.save(image.mapped { $0 * factor }, like: header)
    case .gray: return try Self.save(image.converted(to: .gray), like: header)
    case .grayJPEG:
      return try image.converted(to: .gray).encodedAsJPEG(quality: Int(chance.number(in: Self.qualities)))
    }
  }

  private static func blurred(_ image: borrowing PixelImage, sigma: Double) -> PixelImage {
    let side = min(image.size.width, image.size.height)
    let proportion = min(widestBlur, max(1, Double(side) / Double(blurSide)))
    return Gaussian(sigma: sigma * proportion).squeeze(image)
  }

  private static func save(_ image: consuming PixelImage, like header: ImageHeader) throws(SluiceError) -> [UInt8] {
    switch header.format {
    case .jpeg:
      try image.encodedAsJPEG(
        quality: header.jpeg?.quality ?? usualQuality,
        fullChroma: header.jpeg?.subsampling == JPEGCompression.ChromaSubsampling.none)
    case .png: try image.encodedAsPNG()
    }
  }
}

extension PixelImage {
  /// Every sample changed by itself, rounded to the nearest level and clipped to 0…255.
  fileprivate borrowing func mapped(_ change: (Double) -> Double) -> PixelImage {
    var result = PixelImage(size: size, channels: channels)
    let source = samples
    var target = result.mutableSamples
    for index in 0..<source.count {
      target[index] = UInt8(min(255, max(0, change(Double(source[index])).rounded())))
    }
    return result
  }
}
