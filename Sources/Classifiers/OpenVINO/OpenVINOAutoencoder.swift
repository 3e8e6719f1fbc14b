import Common
import Pixels

/// An autoencoder in this process, run by Intel's OpenVINO on the CPU.
package final class OpenVINOAutoencoder: Autoencoder {
  private let form: TensorForm
  /// The arithmetic it computes in on this machine.
  package let precision: ComputedPrecision
  private let model: OpenVINOModel
  private let compiled: OpenVINOCompiledModel
  private let input: Int
  private let output: Int

  /// Opens the engine and the model, and checks that the model takes and gives tensors of `form`.
  ///
  /// - Parameters:
  ///   - cache: where compiled models are kept; `nil` to compile them each time.
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`, `model-mismatch`.
  package init(
    _ settings: OpenVINOSettings, form: TensorForm, environment: [String: String], cache: ModelCache? = nil
  ) throws(SluiceError) {
    model = try OpenVINOModel(settings, environment: environment, cache: cache)
    let contract = try ModelContract.Ports(model, settings, form)
    guard contract.output.element == .float32, contract.output.fits(form.shape(batch: 1)) else {
      throw SluiceError(
        .modelMismatch,
        "the model \(model.path) gives \(contract.output.summary), which is not an image of the form that it takes",
        remedy: "name the output that holds the reconstruction")
    }
    input = contract.input.place
    output = contract.output.place
    precision = try model.library.computedPrecision(of: settings.precision)
    compiled = try model.compiled(
      OpenVINOModel.Variant(
        input: input, shape: form.shape(batch: 1), output: output, outputCount: form.elementsPerImage, settings,
        precision))
    self.form = form
  }

  package func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float] {
    precondition(batch.form == form && batch.count == 1)
    let values = try compiled.infer(
      batch.bytes, input: input, shape: form.shape(batch: 1), element: form.element, output: output,
      count: form.elementsPerImage)
    guard values.allSatisfy(\.isFinite) else {
      throw SluiceError(.classifierFailed, "the autoencoder returned a value that is not a finite number")
    }
    return values
  }
}
