import Common
import Pixels

/// Measures between which values the inner tensors of a model lie, so that it can be computed in 8-bit integers.
package struct ActivationObserver {
  package let form: TensorForm
  package private(set) var imageCount = 0
  /// How many convolutions would be computed in 8 bits.
  package let convolutionCount: Int
  /// How many operations take most of the model's time: convolutions, and matrix products, which stay as they are.
  package let costlyCount: Int
  private let model: OpenVINOCompiledModel
  /// Its place in the model.
  private let input: Int
  /// A file that fixes how many images are in a call is shown so many times the same one.
  private let copies: Int
  private let tensors: [String]
  private var lowest: [Float]
  private var highest: [Float]

  /// What an image makes of the tensors.
  package struct Extremes: Sendable {
    fileprivate let lowest: ArraySlice<Float>
    fileprivate let highest: ArraySlice<Float>
  }

  /// Opens the engine and the model, which is computed in single precision.
  ///
  /// - Throws: as `OpenVINOClassifier`; `model-mismatch` for a model that cannot be computed in 8 bits.
  package init(_ settings: OpenVINOSettings, form: TensorForm, environment: [String: String]) throws(SluiceError) {
    let model = try OpenVINOModel(settings, environment: environment, cache: nil)
    let ports = try ModelContract.Ports(model, settings, form)
    input = ports.input.place
    copies = ports.input.shape?.pictureCount ?? 1
    self.form = form
    let observed = try model.observed(input: input, shape: form.shape(batch: copies))
    self.model = observed.model
    tensors = observed.part.tensors
    (convolutionCount, costlyCount) = (observed.part.convolutions, observed.part.costly)
    lowest = Array(repeating: .infinity, count: tensors.count)
    highest = Array(repeating: -.infinity, count: tensors.count)
  }

  /// - Parameters:
  ///   - batch: one image.
  /// - Throws: `classifier-failed`, also for values that are not finite numbers.
  package func extremes(of batch: borrowing TensorBatch) throws(SluiceError) -> Extremes {
    precondition(batch.form == form && batch.count == 1)
    var shown = TensorBatch(form: form, count: copies)
    for place in 0..<copies { shown.copyImage(0, of: batch, to: place) }
    let extremes = try model.infer(
      shown.bytes, input: input, shape: form.shape(batch: copies), element: form.element, output: 0,
      count: 2 * tensors.count)
    guard extremes.allSatisfy(\.isFinite) else {
      throw SluiceError(.classifierFailed, "a tensor inside the model has a value that is not a finite number")
    }
    return Extremes(lowest: extremes[..<tensors.count], highest: extremes[tensors.count...])
  }

  /// Adds what one image made of the tensors.
  package mutating func add(_ extremes: Extremes) {
    for (place, value) in extremes.lowest.enumerated() { lowest[place] = min(lowest[place], value) }
    for (place, value) in extremes.highest.enumerated() { highest[place] = max(highest[place], value) }
    imageCount += 1
  }

  /// The extremes over all images.
  ///
  /// - Precondition: at least one image was added.
  package var ranges: ActivationRanges {
    ActivationRanges(Dictionary(uniqueKeysWithValues: zip(tensors, zip(lowest, highest).map { $0...$1 })))
  }
}
