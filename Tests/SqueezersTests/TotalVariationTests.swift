import Common
import Pixels
import Squeezers
import TestSupport
import Testing

struct TotalVariationTests {
  /// Chambolle and Pock's iteration, written down as in the paper, in double precision.
  private func naive(_ observed: [Double], width: Int, height: Int, fidelity: Double, iterations: Int) -> [Double] {
    let step = 1 / 8.0.squareRoot()
    var (solution, ahead) = (observed, observed)
    var dual = [(x: Double, y: Double)](repeating: (0, 0), count: observed.count)
    for _ in 0..<iterations {
      for i in observed.indices {
        let (x, y) = (i % width, i / width)
        let px = dual[i].x + step * (x + 1 < width ? ahead[i + 1] - ahead[i] : 0)
        let py = dual[i].y + step * (y + 1 < height ? ahead[i + width] - ahead[i] : 0)
        let length = max(1, (px * px + py * py).squareRoot())
        dual[i] = (px / length, py / length)
      }
      for i in observed.indices {
        let divergence =
          dual[i].x - (i % width > 0 ? dual[i - 1].x : 0) + dual[i].y - (i >= width ? dual[i - width].y : 0)
        let fresh = (solution[i] + step * (divergence + fidelity * observed[i])) / (1 + step * fidelity)
        (ahead[i], solution[i]) = (2 * fresh - solution[i], fresh)
      }
    }
    return solution
  }

  @Test func agreesWithTheDefinition() {
    let squeezer = TotalVariation(weight: 0.08, iterations: 15)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let (samples, result) = (image.array, squeezer.squeeze(image, seed: .none).array)
      let depth = shape.channels.rawValue
      for channel in 0..<depth {
        let plane = stride(from: channel, to: samples.count, by: depth).map { Double(samples[$0]) }
        let expected = naive(
          plane, width: shape.width, height: shape.height, fidelity: 1 / (0.08 * 255), iterations: 15)
        for (index, value) in expected.enumerated() {
          #expect(abs(Double(result[index * depth + channel]) - min(max(value, 0), 255)) <= 0.51, "\(shape)")
        }
      }
    }
  }

  private func variation(_ samples: [UInt8], width: Int) -> Double {
    samples.indices.reduce(0.0) { total, i in
      let dx = i % width + 1 < width ? Double(samples[i + 1]) - Double(samples[i]) : 0
      let dy = i + width < samples.count ? Double(samples[i + width]) - Double(samples[i]) : 0
      return total + (dx * dx + dy * dy).squareRoot()
    }
  }

  @Test func moreWeightIsSmoother() {
    let image = PixelImage.noise(width: 30, height: 30, channels: .gray)
    let variations = [0.01, 0.05, 0.25].map { weight in
      variation(TotalVariation(weight: weight, iterations: 60).squeeze(image, seed: .none).array, width: 30)
    }
    #expect(variation(image.array, width: 30) > variations[0])
    #expect(variations[0] > variations[1] && variations[1] > variations[2])
  }

  @Test func droppedPixelsAreFilledFromTheirNeighbours() {
    let ramp = PixelImage((0..<900).map { UInt8($0 % 30 * 8) }, width: 30, height: 30, channels: .gray)
    let result = TotalVariation(weight: 0.02, iterations: 200, dropped: 0.5).squeeze(ramp, seed: .testing).array
    let error = zip(ramp.array, result).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(error) / 900 < 8)
  }

  @Test("strong noise does not stay where pixels are dropped", arguments: [0.5, 0.9])
  func droppedPixelsForgetWhatWasThere(dropped: Double) {
    var random = SplitMix64(seed: "patch")
    let patch = (0..<1600).map { _ in UInt8(random.next() & 1 == 0 ? 0 : 255) }
    let image = PixelImage(patch, width: 40, height: 40, channels: .gray)
    let result = TotalVariation(weight: 0.05, iterations: 40, dropped: dropped).squeeze(image, seed: .testing).array
    // Of pixels that say nothing, half end nearer to the other value than to their own.
    let forgotten = zip(patch, result).count { abs(Int($0) - Int($1)) > 60 }
    #expect(Double(forgotten) / 1600 > 0.5 * dropped)
  }

  @Test("with nothing kept and on the smallest images there is a result", arguments: TestShape.all(upTo: 3))
  func smallestImages(shape: TestShape) {
    let image = shape.noise()
    let result = TotalVariation(weight: 0.05, iterations: 5, dropped: 0.9).squeeze(image, seed: .testing)
    #expect(result.size == image.size)
  }
}
