import Common
import Detectors
import ImageCodecs
import Pixels
import Squeezers
import TestSupport
import Testing

struct StripeConsistencyTests {
  /// The median over the columns of how much the signs in a column agree.
  private func consistency(_ plane: NaivePlane) -> Double? {
    guard plane.height >= 16, plane.width >= 3 else { return nil }
    let columns = (1..<plane.width - 1).map { x in
      let signs = (0..<plane.height).map { y -> Double in
        let bend = 2 * plane[x, y] - plane[x - 1, y] - plane[x + 1, y]
        return abs(bend) <= 1 ? 0 : bend > 0 ? 1 : -1
      }
      return abs(signs.reduce(0, +)) / Double(plane.height)
    }.sorted()
    return (columns[(columns.count - 1) / 2] + columns[columns.count / 2]) / 2
  }

  private func naive(
    _ image: borrowing PixelImage, _ signal: StripeConsistency.Signal
  ) -> (columns: Double?, rows: Double?) {
    let planes: [NaivePlane] =
      image.channels == .gray || signal == .brightness
      ? [.brightness(image)] : [.green(image), .redLessGreen(image), .blueLessGreen(image)]
    return (planes.compactMap(consistency).min(), planes.map(\.transposed).compactMap(consistency).min())
  }

  private func compare(_ image: borrowing PixelImage, _ name: String) {
    for signal in StripeConsistency.Signal.allCases { compare(image, signal, "\(name), \(signal)") }
  }

  private func compare(_ image: borrowing PixelImage, _ signal: StripeConsistency.Signal, _ name: String) {
    let (score, expected) = (StripeConsistency(signal: signal).score(image), naive(image, signal))
    let measured = Dictionary(uniqueKeysWithValues: score.measurements.map { ($0.name, $0.value) })
    let best = [expected.columns, expected.rows].compactMap(\.self).max()
    let pairs = [(score.value, best), (measured["columns"], expected.columns), (measured["rows"], expected.rows)]
    for (value, expected) in pairs {
      #expect((value == nil) == (expected == nil), "\(name)")
      #expect(abs((value ?? 0) - (expected ?? 0)) < 1e-12, "\(name)")
    }
  }

  @Test func agreesWithTheDefinition() {
    for shape in TestShape.all(upTo: 19) { compare(shape.noise(), "\(shape)") }
    for channels in PixelChannels.allCases {
      for (width, height) in [(3, 31), (5, 33), (70, 41), (131, 67)] {
        compare(.noise(width: width, height: height, channels: channels), "\(width)×\(height)")
        // Small steps have equal neighbours often.
        let smooth = PixelImage.smooth(width: width, height: height, channels: channels)
        compare(smooth.withNoise(strength: 1, seed: 5), "\(width)×\(height), smooth")
      }
    }
  }

  /// Grain as a camera leaves it, over slow waves of colour.
  private func photograph(_ seed: UInt64, channels: PixelChannels = .rgb) -> PixelImage {
    PixelImage.smooth(width: 96, height: 80, channels: channels).withNoise(strength: 4, seed: seed)
  }

  /// The same bars in every channel, one pixel wide.
  private func fenced(_ image: borrowing PixelImage) -> PixelImage {
    let (width, depth) = (image.size.width, image.channels.rawValue)
    return image.shifted(by: (0..<width * image.size.height * depth).map { $0 / depth % width % 2 == 0 ? 30 : -30 })
  }

  /// Saved as a JPEG, halved colour makes blocks in the colour differences, but not in green.
  private func expectLow(_ image: borrowing PixelImage) throws {
    let detector = StripeConsistency()
    #expect(try #require(detector.score(image).value) < 0.2)
    for quality in [50, 90] {
      #expect(try #require(detector.score(image.roundTrippedThroughJPEG(quality: quality)).value) < 0.2)
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func photographsAndFencesStayLow(seed: UInt64) throws {
    let image = photograph(seed)
    try expectLow(image)
    try expectLow(fenced(image))
  }

  @Test func grayImagesAreJudgedByBrightness() throws {
    let detector = StripeConsistency()
    let image = photograph(1, channels: .gray)
    #expect(try #require(detector.score(image).value) < 0.2)
    #expect(detector.score(fenced(image)).value == 1)
    #expect(detector.score(image).sentence.contains("brightness"))
    #expect(try #require(detector.score(image.perturbedBySquares(30, strength: 12, seed: 3)).value) > 0.3)
  }

  @Test(arguments: [8, 12], [0, 10, 30])
  func seesTheStripesOfTheSquareAttack(strength: Int, squares: Int) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let attacked = photograph(seed).perturbedBySquares(squares, strength: strength, seed: seed)
      #expect(try #require(StripeConsistency().score(attacked).value) > 0.3)
      let saved = try attacked.roundTrippedThroughJPEG(quality: 90)
      #expect(try #require(StripeConsistency().score(saved).value) > 0.2)
    }
  }

  @Test func squaresOverEverythingHideTheStripes() throws {
    let attacked = photograph(1).perturbedBySquares(100, strength: 12, seed: 1)
    #expect(try #require(StripeConsistency().score(attacked).value) < 0.2)
  }

  @Test func saysWhichWayTheStripesRun() {
    // Two colours that differ in all three planes.
    let (one, other) = ([100, 120, 90] as [UInt8], [120, 100, 150] as [UInt8])
    let columns = PixelImage(
      (0..<32 * 20).flatMap { $0 % 32 % 2 == 0 ? one : other }, width: 32, height: 20, channels: .rgb)
    #expect(StripeConsistency().score(columns).value == 1)
    #expect(StripeConsistency().score(columns).sentence.contains("columns"))
    #expect(StripeConsistency().score(columns).measurements.map(\.value) == [1, 0])
    let rows = PixelImage(
      (0..<20 * 32).flatMap { $0 / 20 % 2 == 0 ? one : other }, width: 20, height: 32, channels: .rgb)
    #expect(StripeConsistency().score(rows).value == 1)
    #expect(StripeConsistency().score(rows).sentence.contains("rows"))
  }

  @Test(arguments: PixelChannels.allCases)
  func theGreatestDifferencesDoNotOverflow(channels: PixelChannels) {
    let samples: [UInt8] = (0..<40 * 40).flatMap { pixel -> [UInt8] in
      let colour: [UInt8] = pixel % 2 == 0 ? [255, 0, 255] : [0, 255, 0]
      return Array(colour.prefix(channels.rawValue))
    }
    let image = PixelImage(samples, width: 40, height: 40, channels: channels)
    #expect(StripeConsistency().score(image).value == 1)
  }

  @Test(arguments: PixelChannels.allCases)
  func constantImagesHaveNone(channels: PixelChannels) {
    let samples = [UInt8](repeating: 77, count: 20 * 20 * channels.rawValue)
    let image = PixelImage(samples, width: 20, height: 20, channels: channels)
    #expect(StripeConsistency().score(image).value == 0)
  }

  @Test(
    "a drawn gradient, whose rounding is the same along each line, is not striped",
    arguments: [0.07, 0.31, 0.5, 0.83, 1.4], PixelChannels.allCases)
  func gradients(slope: Double, channels: PixelChannels) {
    let size = 96
    for isVertical in [false, true] {
      let samples = (0..<size * size).flatMap { pixel -> [UInt8] in
        let place = Double(isVertical ? pixel / size : pixel % size)
        return (0..<channels.rawValue).map { UInt8((20 + place * (slope + 0.13 * Double($0))).rounded()) }
      }
      let image = PixelImage(samples, width: size, height: size, channels: channels)
      #expect(StripeConsistency().score(image).value == 0)
    }
  }

  @Test(arguments: PixelChannels.allCases)
  func abstainsWithoutEvidence(channels: PixelChannels) {
    func score(_ width: Int, _ height: Int) -> DetectorScore {
      StripeConsistency().score(.noise(width: width, height: height, channels: channels))
    }
    for (width, height) in [(15, 15), (2, 40), (40, 2), (1, 1)] {
      #expect(score(width, height).value == nil)
      #expect(score(width, height).measurements.isEmpty)
    }
    #expect(score(3, 16).measurements.map(\.name) == ["columns"])
    #expect(score(16, 3).measurements.map(\.name) == ["rows"])
  }

  @Test("stripes that are alike in all channels are in brightness alone", arguments: 1...5 as ClosedRange<UInt64>)
  func grayStripes(seed: UInt64) throws {
    let image = photograph(seed)
    let striped = image.shifted(by: (0..<96 * 80 * 3).map { $0 / 3 % 96 % 2 == 0 ? 8 : -8 })
    let brightness = StripeConsistency(signal: .brightness)
    #expect(try #require(StripeConsistency().score(striped).value) < 0.2)
    #expect(try #require(brightness.score(image).value) < 0.2)
    #expect(try #require(brightness.score(striped).value) > 0.5)
    let saved = try striped.roundTrippedThroughJPEG(quality: 75)
    #expect(try #require(brightness.score(saved).value) > 0.5)
    #expect(brightness.score(striped).sentence.contains("along columns in brightness"))
  }

  @Test func everySignalCanBeChosen() throws {
    let kind = DetectorKey.stripeConsistency.kind
    #expect(kind.parameters.map(\.permitted) == ["channels, brightness"] && kind.needs == .nothing)
    for signal in StripeConsistency.Signal.allCases {
      var values = ParameterValues(defaultsOf: kind.parameters)
      values.set(kind.parameters[0], to: signal.rawValue)
      #expect((try kind.make(GivenArguments(values)) as? StripeConsistency)?.signal == signal)
    }
    let usual = try kind.make(GivenArguments(ParameterValues(defaultsOf: kind.parameters))) as? StripeConsistency
    #expect(usual?.signal == .channels)
  }
}
