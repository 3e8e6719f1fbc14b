import Classifiers
import Common
import FilterPipeline
import OpenInference
import Pixels

/// A clean image on its way to the model.
package struct ForwardedImage: Sendable {
  package var tensor: ForwardedTensor
  /// What the filter's classifier says about exactly this tensor; `nil` where it was not asked.
  package var prediction: Prediction?
}

extension InferenceTensor {
  /// The images as one tensor, in the form that the filter names.
  ///
  /// - Precondition: there is at least one image, and all have the same form.
  init(name: String, _ images: [ForwardedImage]) throws(SluiceError) {
    let form = images[0].tensor.form
    var contents: [UInt8] = []
    contents.reserveCapacity(images.count * form.bytesPerImage)
    for image in images { contents += image.tensor.bytes }
    try self.init(
      name: name, datatype: form.element.inferenceDatatype, shape: form.shape(batch: images.count), contents: contents)
  }
}

extension TensorElement {
  var inferenceDatatype: InferenceDatatype {
    switch self {
    case .float32: .fp32
    case .float16: .fp16
    case .uint8: .uint8
    case .int8: .int8
    }
  }
}
