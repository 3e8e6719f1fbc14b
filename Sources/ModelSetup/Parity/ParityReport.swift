import Common
import FilterPipeline
import Pixels
import Preprocessing

/// What a comparison with another pipeline found.
package struct ParityReport: Sendable {
  /// One image.
  package struct Image: Sendable {
    package let source: String
    /// `nil` where sizes or channels differ.
    package let difference: TensorDifference?
  }

  /// What the search for a setting came to.
  package struct Explanation: Sendable {
    package let changes: [ParityChange]
    /// What is left with the changes.
    package let rest: TensorDifference
    /// One level of 8 bits in the values of the other pipeline.
    package let level: Float
    package let isEqual: Bool
    /// How many images were tried.
    package let imageCount: Int

    package var meanLevels: Double { rest.mean / Double(level) }
  }

  package let images: [Image]
  /// Over all elements of all images; `nil` where an image has another size or other channels.
  package let difference: TensorDifference?
  /// One level of 8 bits in the values of the filter.
  package let level: Float
  /// In levels of 8 bits.
  package let tolerance: Float
  package let filterShape: [Int]
  package let referenceShape: [Int]
  /// `nil` where the tensors are equal within the tolerance.
  package let explanation: Explanation?

  package var isEqual: Bool { explanation == nil }

  /// What other decoders and other implementations of the same kernel leave, in levels.
  private static let smallRest = 2.0

  /// Whether what is left is no more than another decoder leaves.
  package var isExplained: Bool {
    guard let explanation else { return true }
    return explanation.isEqual || explanation.meanLevels <= Self.smallRest
  }

  /// Where the two pipelines part; `nil` where they are equal, and where nothing that was tried explains it.
  package var beginning: ParityStage? {
    guard let explanation, isExplained else { return nil }
    return explanation.changes.first?.stage ?? .decode
  }
}

extension ParityComparison {
  /// Tries settings where the tensors are not equal.
  ///
  /// - Parameters:
  ///   - progress: told the share that is done.
  /// - Throws: `empty-input` where there was no image; what decoding throws.
  /// - Complexity: that of the search.
  package func report(progress: (Double) -> Void = { _ in }) throws(SluiceError) -> ParityReport {
    guard let first = kept.first else {
      throw SluiceError(
        .emptyInput, "there was no image with a tensor to compare",
        remedy: "name images, and a folder or archive with a NumPy array called as each of them")
    }
    var explanation: ParityReport.Explanation?
    if !isEqual {
      let best = try ParitySearch(self).best(progress: progress)
      explanation = ParityReport.Explanation(
        changes: best.setting.changes(from: own, element: definition.tensor.element), rest: best.difference,
        level: best.setting.values.level, isEqual: best.isEqual, imageCount: kept.count)
    }
    let reference = TensorForm(
      element: .float32, layout: first.tensor.layout, channels: first.tensor.depth == 1 ? .gray : .rgb,
      size: first.tensor.size)
    let form = definition.tensor.form(size: definition.preprocessor.outputSize)
    return ParityReport(
      images: images, difference: images.allSatisfy { $0.difference != nil } ? total : nil, level: own.values.level,
      tolerance: tolerance, filterShape: form.shape(batch: 1), referenceShape: reference.shape(batch: 1),
      explanation: explanation)
  }
}
