import Common
import Glibc
import RidgeRegression

/// A linear layer that says of features what the classifier says of the picture, fitted on photographs without labels.
package struct WitnessFit: Sendable {
  package let head: LinearHead
  /// How many photographs it was fitted on, and how many views of them.
  package let photographs: Int
  package let views: Int
  /// How many of those photographs get the classifier's class from a fit without them.
  package let agreeing: Int
  /// How many have the class that most have: what a witness that sees nothing would get.
  package let commonest: Int
  /// The part of the variance of the classifier's answers that fits without them explain.
  package let explained: Double
  package let strength: Double

  private static let sharpnesses = (-4...16).map { exp2(Double($0) / 4) }

  /// - Parameters:
  ///   - samples: the views of each photograph, `WitnessViews.count` each, itself first.
  ///   - features: the numbers of those that are looked at.
  ///   - featureCount: how many there are.
  ///   - progress: told the share that is done.
  /// - Throws: `fit-failed` where there is nothing to learn.
  /// - Complexity: that of two ridge regressions, of which the one that leaves out less is kept.
  package init(
    _ samples: [WitnessSample], features: [Int], featureCount: Int, progress: (Double) -> Void = { _ in }
  ) throws(SluiceError) {
    let own = try Learned(samples, viewsEach: WitnessViews.ownCount, features) { progress($0 / 5) }
    let all = try Learned(samples, viewsEach: WitnessViews.count, features) { progress(0.2 + $0 * 0.8) }
    let best = all.ownError < own.ownError ? all : own
    let photographs = best.photographs
    // Ridge regression shrinks: the answers are multiplied, so that they are as sure as the classifier's.
    let sharpness = best.sharpness(among: Self.sharpnesses)
    var weights = [Float](repeating: 0, count: best.fit.weights.columns * featureCount)
    for (row, feature) in features.enumerated() {
      for (output, value) in best.fit.weights.row(row).enumerated() {
        weights[output * featureCount + feature] = Float(value * sharpness)
      }
    }
    head = LinearHead(weights: weights, biases: best.fit.intercepts.map { Float($0 * sharpness) })
    guard (head.weights + head.biases).allSatisfy(\.isFinite) else {
      throw SluiceError(
        .fitFailed, "the weights are no finite numbers", remedy: "take more photographs, or more various ones")
    }
    let classes = photographs.map { best.samples[$0].scores.indexOfMaximum }
    self.photographs = photographs.count
    views = best.samples.count
    agreeing = zip(photographs, classes).count { Array(best.fit.leftOut.row($0)).indexOfMaximum == $1 }
    commonest = Dictionary(grouping: classes) { $0 }.values.map(\.count).max() ?? 0
    explained = best.fit.explained
    strength = best.fit.strength
  }
}

/// A view of a photograph, as the network and the classifier see it.
package struct WitnessSample: Sendable {
  package let features: [Float]
  /// Logarithms of probabilities, less their mean.
  package let scores: [Double]

  /// No logarithm counts as lower: one class that is all but impossible must not outweigh all others.
  private static let lowest: Float = -50

  /// - Parameters:
  ///   - logProbabilities: as the classifier gives them.
  package init(features: [Float], logProbabilities: [Float]) {
    self.features = features
    let bounded = logProbabilities.map { Double(max($0, Self.lowest)) }
    let mean = bounded.reduce(0, +) / Double(max(1, bounded.count))
    scores = bounded.map { $0 - mean }
  }
}

/// A regression on the first views of each photograph.
private struct Learned {
  let samples: [WitnessSample]
  /// The places of the photographs themselves among the samples.
  let photographs: [Int]
  let fit: RidgeFit
  /// What fits without them miss the photographs themselves by, squared.
  let ownError: Double

  init(
    _ all: [WitnessSample], viewsEach: Int, _ features: [Int], progress: (Double) -> Void
  ) throws(SluiceError) {
    let samples = all.enumerated().filter { $0.offset % WitnessViews.count < viewsEach }.map(\.element)
    let outputs = samples.first?.scores.count ?? 0
    let photographs = Array(stride(from: 0, to: samples.count, by: viewsEach))
    // Means of what lies between 0 and 6: their roots are spread more evenly, and leave less out.
    let inputs = samples.flatMap { sample in features.map { Double(max(0, sample.features[$0])).squareRoot() } }
    fit = try RidgeFit(
      Matrix(rows: samples.count, columns: features.count, values: inputs),
      Matrix(rows: samples.count, columns: outputs, values: samples.flatMap(\.scores)),
      groups: photographs.map { $0..<$0 + viewsEach }, progress: progress)
    let leftOut = fit.leftOut
    ownError = photographs.reduce(0) { sum, place in
      zip(leftOut.row(place), samples[place].scores).reduce(sum) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    self.samples = samples
    self.photographs = photographs
  }

  /// The factor at which the left-out answers are likest to the classifier's probabilities, by cross-entropy.
  func sharpness(among candidates: [Double]) -> Double {
    let pairs = photographs.map { (wanted: samples[$0].scores.softmax, found: Array(fit.leftOut.row($0))) }
    func crossEntropy(_ factor: Double) -> Double {
      pairs.reduce(0) { sum, pair in
        let scaled = pair.found.map { $0 * factor }
        let total = scaled.logOfSumOfExponentials
        return zip(pair.wanted, scaled).reduce(sum) { $0 - $1.0 * ($1.1 - total) }
      }
    }
    let errors = candidates.map(crossEntropy)
    return zip(candidates, errors).min { $0.1 < $1.1 }?.0 ?? 1
  }
}

extension [Double] {
  fileprivate var indexOfMaximum: Int { indices.max { self[$0] < self[$1] } ?? 0 }

  fileprivate var logOfSumOfExponentials: Double {
    let peak = self.max() ?? 0
    return peak + log(reduce(0) { $0 + exp($1 - peak) })
  }

  fileprivate var softmax: [Double] {
    let total = logOfSumOfExponentials
    return map { exp($0 - total) }
  }
}
