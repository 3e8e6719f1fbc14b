import Pixels

/// An autoencoder in this process, run by Intel's OpenVINO on the CPU.
package final class OpenVINOAutoencoder: Autoencoder {
  package let form: TensorForm
  package let description: String
  private let compiled: OpenVINOCompiledModel
  private let input: String
  private let output: String

  /// Opens the engine and the model, and checks that the model takes and gives tensors of `form`.
  ///
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`, `model-mismatch`.
  package init(
    _ settings: OpenVINOSettings, form: TensorForm, environment: [String: String]
  ) throws(SluiceError) {
    let (model, name) = try OpenVINOModel.open(settings, environment: environment)
    let contract = try ModelContract.Ports(model, settings, form)
    guard contract.output.element == .float32, contract.output.fits(form.shape(batch: 1)) else {
      throw SluiceError(
        .modelMismatch,
        "the model \(model.path) gives \(contract.output.summary), which is no image of the form it takes",
        remedy: "name the output that holds the reconstruction")
    }
    input = contract.input.name
    output = contract.output.name
    compiled = try model.compiled(
      input: input, shape: form.shape(batch: 1), streams: settings.streams, precision: settings.precision)
    self.form = form
    description = name
  }

  package func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float] {
    precondition(batch.form == form && batch.count == 1)
    let values = try compiled.infer(
      batch.bytes, named: input, shape: form.shape(batch: 1), element: form.element, output: output,
      count: form.elementsPerImage)
    guard values.allSatisfy(\.isFinite) else {
      throw SluiceError(.classifierFailed, "the autoencoder returned a value that is not a finite number")
    }
    return values
  }
}
