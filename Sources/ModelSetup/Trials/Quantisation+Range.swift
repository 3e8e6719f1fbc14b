import Pixels
import Preprocessing

extension Quantisation {
  /// The values that the least and the greatest number of the type stand for.
  func sampleRange(_ element: TensorElement) -> ClosedRange<Float> {
    let least = element == .int8 ? -128 : 0
    return scale * Float(least - zeroPoint)...scale * Float(least + 255 - zeroPoint)
  }
}

extension Normalisation {
  /// Brings the samples 0…255 to a range.
  init(spanning range: ClosedRange<Float>, _ channels: PixelChannels) {
    let extent = max(0.01, range.upperBound - range.lowerBound)
    self.init(
      mean: [Float](repeating: -range.lowerBound / extent, count: channels.rawValue),
      standardDeviation: [Float](repeating: 1 / extent, count: channels.rawValue))
  }

  /// Whether, after the quantisation, each number is its sample, give or take rounding: nothing then has to be said.
  func carriesSamples(_ quantisation: Quantisation, _ element: TensorElement) -> Bool {
    let offset = element == .int8 ? -128 : 0
    return zip(mean, standardDeviation).allSatisfy { mean, deviation in
      [0, 64, 128, 192, 255].allSatisfy { sample in
        let quantised = ((Float(sample) / 255 - mean) / deviation / quantisation.scale).rounded()
        return abs(Int(max(-1e6, min(1e6, quantised))) + quantisation.zeroPoint - (sample + offset)) <= 1
      }
    }
  }
}
