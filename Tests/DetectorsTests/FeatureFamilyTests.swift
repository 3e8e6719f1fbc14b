import Detectors
import Foundation
import Pixels
import TestSupport
import Testing

struct FeatureFamilyTests {
  @Test(arguments: FeatureFamily.allCases)
  func everyImageHasFiniteNamedFeatures(family: FeatureFamily) {
    let shapes = TestShape.all(upTo: 8)
    for shape in shapes {
      let count = family.names(shape.channels).count
      let features = family.features(of: shape.noise())
      let isFinite = features.allSatisfy { $0.isFinite }
      #expect(features.count == count && isFinite, "\(shape)")
      for value: UInt8 in [0, 99, 255] {
        let samples = [UInt8](repeating: value, count: shape.width * shape.height * shape.channels.rawValue)
        let image = PixelImage(samples, width: shape.width, height: shape.height, channels: shape.channels)
        let isFinite = family.features(of: image).allSatisfy { $0.isFinite }
        #expect(isFinite, "\(shape) of \(value)")
      }
    }
  }

  @Test func namesAreDistinct() {
    for channels in PixelChannels.allCases {
      let names = FeatureFamily.allCases.flatMap { $0.names(channels) }
      #expect(Set(names).count == names.count)
    }
    #expect(FeatureFamily.scene.names(.gray).count == 36)
  }

  @Test func normalizedBrightnessAgreesWithItsDefinition() {
    let weights = (-3...3).map { exp(-Double($0 * $0) / (2 * 49.0 / 36)) }
    let total = weights.reduce(0, +)
    let kernel = weights.map { one in weights.map { $0 * one / (total * total) } }
    for shape in TestShape.all(upTo: 5) where shape.channels == .gray {
      let image = shape.noise()
      let plane = NaivePlane.brightness(image)
      let mean = plane.filtered(kernel)
      let square = NaivePlane(width: plane.width, height: plane.height) { plane[$0, $1] * plane[$0, $1] }
        .filtered(kernel)
      let normalized = RealPlane(size: image.size, samples: plane.values.map(Float.init)).locallyNormalized()
      for (index, value) in normalized.samples.enumerated() {
        let deviation = max(0, square.values[index] - mean.values[index] * mean.values[index]).squareRoot()
        let expected = (plane.values[index] - mean.values[index]) / (deviation + 1)
        #expect(abs(Double(value) - expected) < 2e-3, "\(shape)")
      }
    }
  }

  @Test func spectrumAgreesWithItsDefinition() {
    let image = PixelImage.noise(width: 27, height: 17, channels: .gray)
    let plane = NaivePlane.brightness(image)
    var (sums, counts) = ([Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8))
    for (v, u) in (0..<8).flatMap({ v in (0..<8).map { (v, $0) } }) where u + v > 0 {
      let band = min(Int((Double(u * u + v * v)).squareRoot()), 8) - 1
      for (row, column) in (0..<2).flatMap({ row in (0..<3).map { (row, $0) } }) {
        var sum = 0.0
        for (y, x) in (0..<8).flatMap({ y in (0..<8).map { (y, $0) } }) {
          sum +=
            plane[column * 8 + x, row * 8 + y] * cos(.pi * (2 * Double(x) + 1) * Double(u) / 16)
            * cos(.pi * (2 * Double(y) + 1) * Double(v) / 16)
        }
        sum *= (u == 0 ? 0.125 : 0.25).squareRoot() * (v == 0 ? 0.125 : 0.25).squareRoot()
        sums[band] += sum * sum
        counts[band] += 1
      }
    }
    let energies = zip(sums, counts).map { log($0 / $1 + 4) }
    for (index, feature) in FeatureFamily.spectrum.features(of: image).enumerated() {
      #expect(abs(feature - (energies[index + 1] - energies[index])) < 1e-4)
    }
  }

  /// Gaussian and Laplacian samples by inversion of their distributions.
  private func samples(laplacian: Bool) -> [Double] {
    var random = RepeatableRandom(seed: 11)
    return (0..<200_000).map { _ in
      let (a, b) = (Double.random(in: 1e-12..<1, using: &random), Double.random(in: 0..<1, using: &random))
      return laplacian ? (b < 0.5 ? log(a) : -log(a)) : (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
    }
  }

  @Test(arguments: [false, true])
  func fitsRecoverTheShape(laplacian: Bool) {
    let values = samples(laplacian: laplacian)
    let count = Double(values.count)
    let magnitude = values.reduce(0) { $0 + abs($1) } / count
    let square = values.reduce(0) { $0 + $1 * $1 } / count
    let expected = laplacian ? 1.0 : 2.0
    let fit = GeneralizedGaussian.symmetric(meanMagnitude: magnitude, meanSquare: square)
    #expect(abs(fit.shape - expected) < 0.03)
    let (left, right) = (values.filter { $0 < 0 }, values.filter { $0 > 0 })
    let other = GeneralizedGaussian.asymmetric(
      meanMagnitude: magnitude, meanSquare: square, leftSquare: left.reduce(0) { $0 + $1 * $1 } / Double(left.count),
      rightSquare: right.reduce(0) { $0 + $1 * $1 } / Double(right.count))
    #expect(abs(other.shape - expected) < 0.03)
    #expect(abs(other.mean) < 0.02)
  }

  @Test func theAsymmetricFitSeesTheWiderSide() {
    let values = samples(laplacian: false).map { $0 > 0 ? 3 * $0 : $0 }
    let (left, right) = (values.filter { $0 < 0 }, values.filter { $0 > 0 })
    func square(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } / Double(values.count) }
    // With scales 1 and 3 the density on each side is as wide as its share, so weigh the sides 1 : 3.
    let fit = GeneralizedGaussian.asymmetric(
      meanMagnitude: (left.reduce(0) { $0 - $1 } / Double(left.count) + 3 * right.reduce(0, +) / Double(right.count))
        / 4,
      meanSquare: (square(left) + 3 * square(right)) / 4, leftSquare: square(left), rightSquare: square(right))
    #expect(abs(fit.shape - 2) < 0.1)
    #expect(fit.mean > 1)
  }
}
