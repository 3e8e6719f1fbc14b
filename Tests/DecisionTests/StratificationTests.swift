import Decision
import Testing

@Suite struct StratificationTests {
  private func origin(gray: Bool = false, quality: Int = 90) -> ImageOrigin {
    ImageOrigin(isGray: gray, format: "jpeg", subsampling: "4:2:0", quality: quality, scale: 1.5)
  }

  private func samples(_ count: Int, _ origin: ImageOrigin, from start: Double, kind: String = "original")
    -> [StratifiedDistribution.Sample]
  {
    (0..<count).map { .init(score: start + Double($0) / Double(count), origin: origin, kind: kind) }
  }

  @Test("the strata of an image lead from everything to the narrowest")
  func strataNest() {
    #expect(
      origin().strata == [
        "all", "colour", "colour/jpeg", "colour/jpeg/4:2:0", "colour/jpeg/4:2:0/quality 85-94",
        "colour/jpeg/4:2:0/quality 85-94/scale 1-2",
      ])
    let png = ImageOrigin(isGray: true, format: "png", subsampling: nil, quality: nil, scale: 1)
    #expect(png.strata == ["all", "gray", "gray/png", "gray/png/unscaled"])
  }

  @Test(
    "qualities have the bands that calibration files name",
    arguments: [
      (1, "below 70"), (69, "below 70"), (70, "70-84"), (84, "70-84"), (85, "85-94"), (94, "85-94"), (95, "from 95"),
      (100, "from 95"),
    ])
  func qualities(quality: Int, band: String) {
    #expect(origin(quality: quality).strata[4] == "colour/jpeg/4:2:0/quality \(band)")
  }

  @Test(
    "scales have the bands that calibration files name",
    arguments: [
      (0.5, "enlarged"), (0.99, "enlarged"), (0.998, "enlarged"), (0.9995, "unscaled"), (1, "unscaled"),
      (1.0005, "unscaled"), (1.002, "scale 1-2"), (1.5, "scale 1-2"), (1.999, "scale 1-2"), (2, "scale 2-4"),
      (3.999, "scale 2-4"), (4, "scale from 4"), (100, "scale from 4"),
    ] as [(Double, String)])
  func scales(scale: Double, band: String) {
    let png = ImageOrigin(isGray: false, format: "png", subsampling: nil, quality: nil, scale: scale)
    #expect(png.strata == ["all", "colour", "colour/png", "colour/png/\(band)"])
  }

  @Test("an image is compared with its own stratum where that has enough images, else with a wider one")
  func thinStrataFallBack() {
    let distribution = StratifiedDistribution(
      samples(300, origin(), from: 0) + samples(250, origin(gray: true), from: 10)
        + samples(20, origin(quality: 50), from: 20), keepsKinds: false)
    // Among gray images the score is ordinary; among those of colour it would be far out.
    let gray = distribution.pValue(of: 10.5, in: origin(gray: true).strata, budget: 0.05)
    #expect(gray.value > 0.4 && gray.stratum.hasPrefix("gray"))
    #expect(distribution.pValue(of: 15, in: origin(quality: 90).strata, budget: 0.05).value < 0.1)
    // Twenty images of low quality have no stratum of their own: all of colour are asked.
    #expect(distribution.pValue(of: 15, in: origin(quality: 50).strata, budget: 0.05).images == 320)
    let tight = distribution.pValue(of: 10.5, in: origin(gray: true).strata, budget: 0.005)
    #expect(tight.stratum == "all" && tight.images == 570)
  }

  @Test(
    "a stratum has a say with twice as many images as a part of the budget needs",
    arguments: [(397, "all"), (398, "colour")])
  func strataWanted(count: Int, decisive: String) {
    let distribution = StratifiedDistribution(
      samples(count, origin(), from: 0) + samples(300, origin(gray: true), from: 10), keepsKinds: false)
    #expect(distribution.pValue(of: 15, in: origin().strata, budget: 0.1 * 0.05).stratum == decisive)
  }

  @Test("an image is flagged only if it is unusual in its own stratum and in the wider ones")
  func everyStratumHasASay() {
    let odd = origin(quality: 50)
    let distribution = StratifiedDistribution(
      samples(600, origin(), from: 0) + samples(300, odd, from: 0.5), keepsKinds: false)
    // Ordinary where it comes from, unusual elsewhere; and the other way round.
    #expect(distribution.pValue(of: 1.3, in: odd.strata, budget: 0.05).value > 0.15)
    #expect(distribution.pValue(of: 1.3, in: origin().strata, budget: 0.05).value > 0.05)
    #expect(distribution.pValue(of: 1.49, in: odd.strata, budget: 0.05).value < 0.05)
  }

  @Test("the budget holds for each kind of image, not only for all together")
  func worstKindDecides() {
    let mixed =
      samples(250, origin(), from: 0) + samples(250, origin(), from: 0, kind: "jpeg")
      + samples(250, origin(), from: 0.5, kind: "blur")
    let apart = StratifiedDistribution(mixed, keepsKinds: true)
    let together = StratifiedDistribution(mixed, keepsKinds: false)
    let budget = 0.05
    func rate(_ distribution: StratifiedDistribution) -> Int {
      samples(250, origin(), from: 0.5).count {
        distribution.pValue(of: $0.score, in: origin().strata, budget: budget).value <= budget
      }
    }
    // Half again as often as the budget says, at most.
    #expect(Double(rate(apart)) <= 250 * budget * StratifiedDistribution.kindTolerance)
    #expect(rate(together) > 30)
    // At 1 % a kind of 250 images is too small for its rate to be known.
    let tight = apart.pValue(of: 1.49, in: origin().strata, budget: 0.01).value
    #expect(tight == together.pValue(of: 1.49, in: origin().strata, budget: 0.01).value)
  }

  @Test(
    "the number of clean images that a budget needs",
    arguments: [(0.05, 19), (0.01, 99), (0.001, 999), (0.5, 1), (1e-300, 1_000_000_000_000)])
  func imagesNeeded(budget: Double, needed: Int) {
    #expect(StratifiedDistribution.imagesNeeded(for: budget) == needed)
  }
}
