import Common
import Detectors
import Pixels
import Squeezers
import TestSupport
import Testing

struct NoiseWhitenessTests {
  private func naive(_ detector: NoiseWhiteness, _ image: borrowing PixelImage) -> Double {
    let planes =
      detector.signal == .brightness
      ? [NaivePlane.brightness(image)] : [.redLessGreen(image), .blueLessGreen(image)]
    return planes.map { plane in
      let (fine, coarse) = (plane.mixedDifference(1).blockMagnitudes, plane.mixedDifference(2).blockMagnitudes)
      let count = max(1, Int((Double(fine.count) * detector.share).rounded(.up)))
      let blocks = zip(coarse, fine).sorted { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }.prefix(count)
      let sums = blocks.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      return sums.1 / Double(count) / (sums.0 / Double(count) + detector.floor)
    }.reduce(.infinity, min)
  }

  private static let detectors = NoiseWhiteness.Signal.allCases.flatMap { signal in
    [0.01, 0.1, 1].flatMap { share in [0.1, 2].map { NoiseWhiteness(signal: signal, share: share, floor: $0) } }
  }

  @Test(arguments: detectors)
  func agreesWithTheDefinition(detector: NoiseWhiteness) throws {
    let channels = detector.signal == .brightness ? PixelChannels.allCases : [.rgb]
    try expectAgreement(detector, channels: channels) { naive(detector, $0) }
  }

  @Test func theGreatestDifferencesDoNotOverflow() throws {
    let image = PixelImage.oppositeCheckers(side: 24)
    for detector in Self.detectors {
      let score = detector.score(image)
      #expect(abs(try #require(score.value) - naive(detector, image)) < 1e-9)
      if detector.signal == .colours { #expect(score.measurements[0].value > 3500) }
    }
  }

  @Test(arguments: NoiseWhiteness.Signal.allCases)
  func whiteNoiseIsNearOne(signal: NoiseWhiteness.Signal) throws {
    let noise = PixelImage.noise(width: 128, height: 128, channels: .rgb, seed: 8)
    #expect(abs(try #require(NoiseWhiteness(signal: signal, share: 1).score(noise).value) - 1) < 0.05)
  }

  @Test("a sign of two levels in each sample shows, noise that was averaged does not")
  func weakSigns() throws {
    let smooth = PixelImage.smooth(width: 64, height: 64, channels: .rgb)
    let detector = NoiseWhiteness()
    let clean = try #require(detector.score(smooth).value)
    let signs = try #require(detector.score(smooth.withSigns(of: 2, seed: 1)).value)
    let averaged = try #require(detector.score(smooth.withNoise(strength: 40, seed: 1).averaged()).value)
    #expect(clean < 0.3 && signs > 0.6 && averaged < 0.5, "\(clean) \(signs) \(averaged)")
  }

  @Test("a sign for all channels is in brightness and not in colours")
  func commonSigns() throws {
    let smooth = PixelImage.smooth(width: 64, height: 64, channels: .rgb)
    let signs = smooth.withSigns(of: 8, seed: 1, isShared: true)
    #expect(try #require(NoiseWhiteness().score(signs).value) < 0.3)
    #expect(try #require(NoiseWhiteness(signal: .brightness).score(signs).value) > 0.7)
  }

  @Test(arguments: NoiseWhiteness.Signal.allCases)
  func constantImagesHaveNone(signal: NoiseWhiteness.Signal) {
    let image = PixelImage([UInt8](repeating: 77, count: 300), width: 10, height: 10, channels: .rgb)
    #expect(NoiseWhiteness(signal: signal).score(image).value == 0)
  }

  @Test func grayImagesHaveBrightnessAlone() {
    let image = PixelImage.noise(width: 9, height: 9, channels: .gray)
    #expect(NoiseWhiteness().score(image).value == nil)
    #expect(NoiseWhiteness(signal: .brightness).score(image).value != nil)
  }

  @Test func measuresBothDetails() throws {
    let score = NoiseWhiteness().score(.noise(width: 30, height: 21, channels: .rgb))
    #expect(score.measurements.map(\.name) == ["fine", "coarse"])
    let (fine, coarse) = (score.measurements[0].value, score.measurements[1].value)
    #expect(try #require(score.value) == fine / (coarse + 2))
  }

  @Test func everyParameterCanBeChosen() throws {
    let kind = NoiseWhiteness.kind
    #expect(kind.parameters.map(\.name) == ["signal", "share", "floor"])
    #expect(kind.parameters.map(\.permitted) == ["colours, brightness", "0.001…1", "0.1…100"])
    for detector in Self.detectors {
      var values = ParameterValues(defaultsOf: kind.parameters)
      values.set(kind.parameters[0], to: detector.signal.rawValue)
      values.set(kind.parameters[1], to: detector.share)
      values.set(kind.parameters[2], to: detector.floor)
      let made = try kind.make(GivenArguments(values)) as? NoiseWhiteness
      #expect(made?.signal == detector.signal && made?.share == detector.share && made?.floor == detector.floor)
    }
    let usual = try kind.make(GivenArguments(ParameterValues(defaultsOf: kind.parameters))) as? NoiseWhiteness
    #expect(usual?.signal == .colours && usual?.share == 0.1 && usual?.floor == 2)
  }
}

extension NaivePlane {
  fileprivate func mixedDifference(_ step: Int) -> NaivePlane {
    let weights = [-step: 1.0, 0: -2.0, step: 1.0]
    return NaivePlane(width: width, height: height) { x, y in
      var sum = 0.0
      for (down, weight) in weights {
        for (across, other) in weights { sum += weight * other * self[x + across, y + down] }
      }
      return sum
    }
  }
}

extension PixelImage {
  /// The mean of each 2×2 neighbourhood, as a picture of half the size has it, drawn twice as large.
  fileprivate borrowing func averaged() -> PixelImage {
    let (width, height, depth, samples) = (size.width, size.height, channels.rawValue, array.map { Int($0) })
    var shift = [Int](repeating: 0, count: samples.count)
    for index in samples.indices {
      let (x, y, channel) = (index / depth % width, index / depth / width, index % depth)
      let (left, top) = (x / 2 * 2, y / 2 * 2)
      let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
      func sample(_ x: Int, _ y: Int) -> Int { samples[(y * width + x) * depth + channel] }
      let sum = sample(left, top) + sample(right, top) + sample(left, bottom) + sample(right, bottom)
      shift[index] = sum / 4 - samples[index]
    }
    return shifted(by: shift)
  }
}
