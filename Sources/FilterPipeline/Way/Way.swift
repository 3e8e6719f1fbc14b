import Common
import Decision
import Detectors

/// The way of an image: what happens to it, in order.
struct Way: Sendable {
  private let stages: [any Stage]
  private let witnesses: [AskWitness]
  private let order: WitnessOrder?
  private let closing: [any Stage]

  init(_ filter: OpenedFilter, _ decision: Decision?) {
    let weighing = Weighing(filter, decision)
    stages = [
      Decode(filter.definition),
      LookAtFile(filter.definition),
      LookAtSource(filter.definition),
      Preprocess(filter.definition),
      LookAtImage(weighing),
      AskClassifier(filter, weighing),
    ]
    witnesses = weighing.order(filter.witnesses).map { AskWitness($0, weighing) }
    order = weighing.drawnOrder
    closing = [
      Decide(filter.definition, decision),
      Forward(filter.definition),
    ]
  }

  /// What happens to an image, in order, by the names of the stages; witnesses in the order of the calibration.
  var stageNames: [String] { (stages + (witnesses as [any Stage]) + closing).map { "\(type(of: $0))" } }

  /// Takes an image as far as it goes.
  ///
  /// - Throws: what keeps it from being judged.
  func advance(_ passage: inout Passage) async throws(SluiceError) {
    var watch = Stopwatch()
    for stage in stages + asking(passage.draws) {
      try Self.checkIsWanted()
      let progress = try await stage.advance(&passage)
      passage.verdict.timings.add(watch.lap(), to: stage.phase)
      if progress == .ends { break }
    }
    for stage in closing {
      _ = try await stage.advance(&passage)
      passage.verdict.timings.add(watch.lap(), to: stage.phase)
    }
  }

  /// The witnesses, cheapest first; where the order is drawn, those of like cost as it falls for this image.
  private func asking(_ draws: ImageDraws) -> [any Stage] {
    guard let order, let draw = draws.order else { return witnesses }
    return order.order(drawing: draw).map { witnesses[$0] } + witnesses[order.witnesses.count...]
  }

  /// Work for somebody who has gone away is not begun.
  private static func checkIsWanted() throws(SluiceError) {
    if Task.isCancelled { throw SluiceError(.cancelled, "nobody is waiting for the verdict any more") }
  }
}
