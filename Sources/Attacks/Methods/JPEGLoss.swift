import Common
import ImageCodecs
import Pixels

/// A control: saved as JPEG, at lower and lower quality.
package struct JPEGLoss: Attack {
  package static let kind = AttackKind(
    .jpeg, "saved as JPEG at lower and lower quality", source: "a control", leastSight: .labels,
    profitsFromScores: false, beginsAtOthers: false,
    parameters: [qualityParameter]
  ) { JPEGLoss(quality: $0.integer(qualityParameter)) }
  private static let qualityParameter = Parameter.integer("quality", 1...100, default: 95, "the quality to begin with")

  let quality: Int

  package init(quality: Int = 95) { self.quality = quality }

  package var limit: DistanceLimit { .none }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    try await oracle.askInTurn((1...quality).reversed()) { (quality) throws(SluiceError) in
      Picture(try original.image.roundTrippedThroughJPEG(quality: quality))
    }
  }
}
