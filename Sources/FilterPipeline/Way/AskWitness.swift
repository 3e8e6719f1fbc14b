import Common
import Detectors

/// Asks one further witness: the classifier about a squeezed version, another model, or an autoencoder.
struct AskWitness: Stage {
  let phase = Phase.detect
  private let witness: any Witness
  private let weighing: Weighing
  /// Where it stands in the order of the calibration; `nil` for one that the calibration does not know.
  private let place: Int?

  init(_ witness: any Witness, _ weighing: Weighing) {
    self.witness = witness
    self.weighing = weighing
    place = weighing.place(of: witness)
  }

  /// - Throws: `classifier-failed`, unless the image is wanted all the same.
  func advance(_ passage: inout Passage) async throws(SluiceError) -> StageProgress {
    guard let image = passage.image, var evidence = passage.evidence else { return .goesOn }
    var watch = Stopwatch()
    do throws(SluiceError) { try await witness.testify(about: image.pixels, passage.draws.seed, in: &evidence) } catch {
      return try passage.goOnWithout(error)
    }
    let milliseconds = watch.lap()
    evidence.noteCost(milliseconds, of: witness.name)
    passage.evidence = evidence
    passage.verdict.asked.append(
      .init(name: witness.name, milliseconds: milliseconds, isPrivate: witness.isPrivate))
    if let place { passage.asked.append(place) }
    passage.scores.compare(evidence)
    return weighing.progress(&passage, after: witness.name)
  }
}
