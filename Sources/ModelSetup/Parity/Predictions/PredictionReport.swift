import Common
import FilterPipeline
import Pixels

/// What a comparison with a model server found.
package struct PredictionReport: Sendable {
  /// One image, and what each of the two says of it.
  package struct Image: Sendable {
    /// A class and its probability.
    package struct Top: Sendable, Hashable {
      package let index: Int
      package let probability: Double
    }

    package let source: String
    package let own: Top
    package let served: Top
    /// The largest difference of the probability of a class.
    package let largest: Double

    init(source: String, own: [Float], served: [Float]) {
      self.source = source
      self.own = Self.top(own)
      self.served = Self.top(served)
      largest = Self.largestDifference(own, served)
    }

    package var agrees: Bool { own.index == served.index }

    private static func top(_ values: [Float]) -> Top {
      let index = values.indices.max { (values[$0], -$0) < (values[$1], -$1) } ?? 0
      return Top(index: index, probability: Double(values[index]))
    }

    static func largestDifference(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
    }
  }

  /// What the search for a setting came to.
  package struct Explanation: Sendable {
    package let changes: [ParityChange]
    /// What is left with the changes: the largest difference on each of the images that were tried.
    package let rest: [Double]
    package let isEqual: Bool
    /// How many settings were tried.
    package let tried: Int
  }

  package let way: ServedWay
  /// What the server's numbers are, for people.
  package let reading: String
  package let images: [Image]
  package let tolerance: Double
  /// `nil` where the predictions are equal within the tolerance.
  package let explanation: Explanation?

  package var isEqual: Bool { explanation == nil }
  package var agreeing: Int { images.count { $0.agrees } }
  package var largest: Double { images.map(\.largest).max() ?? 0 }
  /// The mean over the images of the largest difference of each.
  package var mean: Double { CandidateOutcome.mean(images.map(\.largest)) }

  /// Differences as half precision, bfloat16 and 8 bits leave them, and no other class.
  private static let arithmeticRest = 0.1

  /// Whether no more is apart than another arithmetic leaves.
  package var isOfArithmetic: Bool { agreeing == images.count && largest <= Self.arithmeticRest }
}

extension PredictionComparison {
  /// Tries settings where the predictions are not equal.
  ///
  /// - Parameters:
  ///   - progress: told the share that is done.
  /// - Throws: `empty-input` where there was no image; what the models throw.
  /// - Complexity: that of the search.
  package func report(progress: (Double) -> Void = { _ in }) async throws(SluiceError) -> PredictionReport {
    guard let reading else {
      throw SluiceError(
        .emptyInput, "there was no image to compare predictions of", remedy: "name images, or a folder that holds some")
    }
    var explanation: PredictionReport.Explanation?
    if !isEqual {
      let search = PredictionSearch(self)
      let (best, tried) = try await search.best(progress: progress)
      explanation = PredictionReport.Explanation(
        changes: tensors.changes(to: best.setting), rest: best.largest, isEqual: search.isEqual(best), tried: tried)
    }
    return PredictionReport(
      way: way, reading: reading.name, images: images, tolerance: tolerance, explanation: explanation)
  }
}
