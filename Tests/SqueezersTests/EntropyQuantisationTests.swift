import Foundation
import Pixels
import Squeezers
import TestSupport
import Testing

struct EntropyQuantisationTests {
  private func naive(_ samples: [UInt8], width: Int, height: Int, depth: Int) -> [UInt8] {
    let entropies = (0..<depth).map { channel in
      let values = stride(from: channel, to: samples.count, by: depth).map { samples[$0] }
      return Dictionary(grouping: values) { $0 }.values.reduce(0.0) { entropy, group in
        let share = Double(group.count) / Double(values.count)
        return entropy - share * log2(share)
      }
    }
    let entropy = entropies.reduce(0, +) / Double(depth)
    let step = entropy < 4 ? 128 : entropy < 5 ? 64 : 43
    let quantised = samples.map { Int($0) / step * step }
    guard step == 43 else { return quantised.map { UInt8($0) } }
    return samples.indices.map { i in
      let (x, y) = (i / depth % width, i / depth / width)
      guard (3..<width - 3).contains(x), (3..<height - 3).contains(y) else { return UInt8(quantised[i]) }
      let cross = (-3...3).map { quantised[i + $0 * depth] } + (-3...3).map { quantised[i + $0 * width * depth] }
      let mean = (cross.reduce(0, +) - quantised[i]) / 13
      return UInt8(abs(Int(samples[i]) - quantised[i]) < abs(Int(samples[i]) - mean) ? quantised[i] : mean)
    }
  }

  @Test(arguments: [(0, 255), (0, 20), (0, 40), (0, 10), (100, 160)])
  func agreesWithTheDefinition(lowest: Int, highest: Int) {
    for shape in [(20, 15, PixelChannels.rgb), (31, 40, .gray), (6, 30, .rgb), (9, 7, .rgb)] {
      var random = RepeatableRandom(seed: UInt64(lowest + highest))
      let samples = (0..<shape.0 * shape.1 * shape.2.rawValue).map { _ in
        UInt8.random(in: UInt8(lowest)...UInt8(highest), using: &random)
      }
      let image = PixelImage(samples, width: shape.0, height: shape.1, channels: shape.2)
      let expected = naive(samples, width: shape.0, height: shape.1, depth: shape.2.rawValue)
      #expect(EntropyQuantisation().squeeze(image).array == expected)
    }
  }
}
