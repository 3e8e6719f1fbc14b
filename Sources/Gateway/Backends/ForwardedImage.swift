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

  /// - Returns: `nil` for an image that is held back.
  package init?(_ judgement: Judgement) {
    guard let tensor = judgement.tensor else { return nil }
    self.tensor = tensor
    prediction = judgement.prediction
  }
}

extension [ForwardedImage] {
  /// The bytes that they take besides themselves while a model server is asked about them, at most: while the body is written.
  ///
  /// - Parameters:
  ///   - isListed: whether they travel as a list of numbers.
  func bytesForAsking(isListed: Bool) -> Int {
    guard isListed, let element = first?.tensor.form.element else { return Self.copies * bytes }
    let bytesPerElement = MemoryLayout<JSONValue>.stride + Self.textCopies * Self.longestNumber
    return bytes + bytes / element.byteCount * bytesPerElement
  }

  /// The bytes that they take besides themselves once the body is written, until the answer is there; that one not counted.
  ///
  /// - Parameters:
  ///   - body: what the body takes.
  func bytesAsAsked(body: Int) -> Int { bytes + body }

  /// What is claimed for the answer before it is asked for. Requests that wait for a model server fill all the room that there is,
  /// and then there would be none for the answer to any of them.
  var bytesKeptForAnswer: Int { (1 + count) * Self.bytesOfUsualAnswer }

  /// Of a thousand numbers as text, as often as it is held.
  private static let bytesOfUsualAnswer = 128_000

  /// Of all of them as one tensor.
  private var bytes: Int { reduce(0) { $0 + $1.tensor.bytes.count } }

  /// As one tensor, as a body is put together, and as it is sent.
  private static let copies = 4
  /// The text, its bytes, and what is sent.
  private static let textCopies = 3
  /// As in `-1.2345678e-05,`.
  private static let longestNumber = 16
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
