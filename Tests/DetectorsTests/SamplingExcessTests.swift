import Detectors
import Pixels
import TestSupport
import Testing

struct SamplingExcessTests {
  /// Squared differences between the pixel read and the mean of the 5 × 5 around it, for nearest neighbours at ratio 4.
  private func energies(_ samples: [UInt8], _ width: Int, _ height: Int, movedBy dx: Int, _ dy: Int) -> [[Double]] {
    func sample(_ x: Int, _ y: Int) -> Double {
      Double(samples[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)])
    }
    return (0..<height / 4).map { j in
      (0..<width / 4).map { i in
        let (x, y) = (4 * i + 2 + dx, 4 * j + 2 + dy)
        var total = 0.0
        for v in y - 2...y + 2 {
          for u in x - 2...x + 2 { total += sample(u, v) }
        }
        let difference = sample(x, y) - total / 25
        return difference * difference
      }
    }
  }

  private func mean(_ energies: [[Double]], _ x: Range<Int>, _ y: Range<Int>) -> Double {
    y.reduce(0.0) { total, row in total + x.reduce(0.0) { $0 + energies[row][$1] } } / Double(x.count * y.count)
  }

  @Test(arguments: [(48, 40), (36, 52), (8, 8), (4, 80)])
  func agreesWithTheDefinition(width: Int, height: Int) throws {
    let image = PixelImage.noise(width: width, height: height, channels: .gray, seed: UInt64(width))
    let samples = image.array
    let all = SamplingExcess.all(of: image, scaledTo: PixelSize(width: width / 4, height: height / 4))
    let result = try #require(all.first { $0.scaler == .nearest })
    let still = energies(samples, width, height, movedBy: 0, 0)
    let moved = [(2, 0), (0, 2), (2, 2)].map { energies(samples, width, height, movedBy: $0.0, $0.1) }
    let (columns, rows) = (width / 4, height / 4)
    let whole = mean(still, 0..<columns, 0..<rows)
    let elsewhere = moved.map { mean($0, 0..<columns, 0..<rows) }.sorted()[1]
    #expect(abs(result.difference - whole.squareRoot()) < 0.01)
    #expect(abs(result.excess * result.excess - max(0, whole - elsewhere)) < 0.5)

    var largest = 0.0
    for top in stride(from: 0, to: max(1, rows - 4), by: 4) {
      for left in stride(from: 0, to: max(1, columns - 4), by: 4) {
        let (x, y) = (left..<min(columns, left + 8), top..<min(rows, top + 8))
        largest = max(largest, mean(still, x, y) - (moved.map { mean($0, x, y) }.max() ?? 0))
      }
    }
    #expect(abs(result.localExcess * result.localExcess - largest) < 0.5)
  }

  @Test func peaksArePredictedAboveARatioOfTwoOnly() throws {
    let image = ScalingPictures.textured(width: 160, height: 120).converted(to: .gray)
    let halved = SpectrumPeaks(of: image, scaledTo: PixelSize(width: 80, height: 60))
    #expect(halved.map(\.spectrum) == nil)
    let found = SpectrumPeaks(of: image, scaledTo: PixelSize(width: 40, height: 30))
    let quartered = try #require(found)
    #expect((0...1).contains(quartered.spectrum) && (0...1).contains(quartered.distance))
  }

  @Test func brightDotsOnTheGridGivePeaks() throws {
    var samples = [UInt8](repeating: 60, count: 160 * 120)
    for y in stride(from: 2, to: 120, by: 4) {
      for x in stride(from: 2, to: 160, by: 4) { samples[y * 160 + x] = 250 }
    }
    let image = PixelImage(samples, width: 160, height: 120, channels: .gray)
    let found = SpectrumPeaks(of: image, scaledTo: PixelSize(width: 40, height: 30))
    let peaks = try #require(found)
    #expect(peaks.spectrum > 0.95)
    #expect(peaks.distance > 0.99)
  }
}
