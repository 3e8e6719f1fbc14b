import Common
import Pixels

/// Total-variation minimisation: an approach to the image u that minimises ½‖u − x‖² + weight · TV(u) (Rudin, Osher, Fatemi 1992; as a
/// defence Guo et al., ICLR 2018), samples in [0, 1], each channel for itself, isotropic.
///
/// Solved by the primal-dual iteration of Chambolle and Pock (2011, algorithm 1) with both steps 1/√8, a fixed number of
/// times, so that the result is the same everywhere. With `dropped` above zero that share of the pixels, chosen at
/// random, says nothing about u and is filled in from its neighbours, which is what Guo et al. do with a half. The iteration
/// begins there with the mean of the pixels nearby that are kept: from the pixel itself it would need some hundred steps to get away.
/// Results are the nearest levels, halves away from zero.
package struct TotalVariation: Squeezer {
  package static let weightRange = 0.005...0.5
  package static let iterationRange = 1...500
  package static let droppedRange = 0.0...0.9

  package static let kind = SqueezerKind(
    .totalVariation, "least total variation near the image, by Chambolle and Pock's iteration",
    source: "Rudin, Osher, Fatemi 1992; Chambolle, Pock 2011; Guo et al. 2018",
    parameters: [weightParameter, iterationsParameter, droppedParameter]
  ) {
    TotalVariation(
      weight: $0.number(weightParameter), iterations: $0.integer(iterationsParameter),
      dropped: $0.number(droppedParameter))
  }
  private static let weightParameter = Parameter.number(
    "weight", weightRange, default: 0.05, "how much variation costs; more is smoother")
  private static let iterationsParameter = Parameter.integer(
    "iterations", iterationRange, default: 40, "steps of the solver")
  private static let droppedParameter = Parameter.number(
    "dropped", droppedRange, default: 0, "share of pixels left out at random")

  package let weight: Double
  package let iterations: Int
  package let dropped: Double

  /// - Precondition: each lies in its range.
  package init(weight: Double, iterations: Int, dropped: Double = 0) {
    precondition(Self.weightRange.contains(weight) && Self.iterationRange.contains(iterations))
    precondition(Self.droppedRange.contains(dropped))
    self.weight = weight
    self.iterations = iterations
    self.dropped = dropped
  }

  package var isRandomised: Bool { dropped > 0 }

  package var description: String {
    "totalVariation \(weight)-\(iterations)" + (isRandomised ? "-\(dropped)" : "")
  }

  /// - Complexity: O(samples · iterations); memory 24 bytes a pixel, and 40 more while dropped pixels are filled in.
  package func squeeze(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage {
    let fidelity = fidelity(image.size, seed)
    var result = PixelImage(size: image.size, channels: image.channels)
    for channel in 0..<image.channels.rawValue {
      let observed = FloatPlane(image, channel: channel)
      var solver = TotalVariationSolver(
        isRandomised ? observed.withGapsFilled(fidelity.map { $0 > 0 }) : observed)
      for _ in 0..<iterations { solver.step(fidelity: fidelity) }
      result.setChannel(channel, from: solver.solution)
    }
    return result
  }

  /// How strongly each pixel is held to the image: 1 / weight in gray levels, zero where it is left out.
  private func fidelity(_ size: PixelSize, _ seed: ImageSeed) -> [Float] {
    // Samples count in gray levels here, so variation costs 255 times as much as in [0, 1].
    let held = Float(1 / (weight * 255))
    guard isRandomised else { return [Float](repeating: held, count: size.area) }
    var random = seed.randomness(for: description)
    return (0..<size.area).map { _ in Double.random(in: 0..<1, using: &random) < dropped ? 0 : held }
  }
}
