import Detectors
import Pixels
import TestSupport
import Testing

/// Expects that a detector scores noise as its definition does: small images of every shape that it takes, and larger ones in colour.
///
/// - Parameters:
///   - channels: of the small images.
///   - naive: the score by the definition.
func expectAgreement(
  _ detector: some ImageDetector, channels: [PixelChannels], naive: (borrowing PixelImage) -> Double
) throws {
  for shape in TestShape.all(upTo: 6) where channels.contains(shape.channels) {
    let image = shape.noise()
    let score = try #require(detector.score(image).value)
    let difference = abs(score - naive(image))
    #expect(difference < 1e-9, "\(shape)")
  }
  for (width, height) in [(8, 8), (9, 23), (40, 33), (31, 64)] {
    let image = PixelImage.noise(width: width, height: height, channels: .rgb)
    let score = try #require(detector.score(image).value)
    let difference = abs(score - naive(image))
    #expect(difference < 1e-9, "\(width)×\(height)")
  }
}
