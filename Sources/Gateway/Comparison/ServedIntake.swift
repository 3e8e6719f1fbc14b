import Common
import OpenInference
import Pixels

/// What the input of a served model takes, beside what a filter gives.
package struct ServedIntake: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    /// A tensor of this form, which is the filter's or one that its pixels can be brought to.
    case tensor(TensorForm)
    /// Image files, which the server decodes and prepares.
    case encodedImages
    /// Nothing that a filter's picture could be brought to.
    case another
  }

  /// What of the input is other than what the filter gives.
  package struct Misfit: Sendable, Hashable {
    package enum Part: String, Sendable, Hashable {
      case shape
      case type
    }

    package let part: Part
    package let server: String
    package let filter: String
  }

  package let input: String
  package let form: Form
  /// Empty where the filter's tensor fits, and for image files.
  package let misfits: [Misfit]
  /// What the server says of its input, for people; `nil` where it says nothing.
  package let declared: String?
  /// How many axes the input has; 0 where that is not known.
  let axisCount: Int

  private static let undescribedInput = "input"

  /// - Parameters:
  ///   - named: the input to use; `nil` for the only one.
  ///   - form: the tensor that the filter gives.
  /// - Throws: `invalid-setting` for an input that is not there, and for several of which none is named.
  init(_ model: ModelMetadata, named: String?, form: TensorForm) throws(SluiceError) {
    guard !model.inputs.isEmpty else {
      // Some servers describe nothing.
      (input, self.form, misfits) = (named ?? Self.undescribedInput, .tensor(form), [])
      (declared, axisCount) = (nil, 0)
      return
    }
    let names = model.inputs.prefix(Self.mostListed).map { "`\($0.name.prefix(Self.longestName))`" }
      .joined(separator: ", ")
    guard named != nil || model.inputs.count == 1 else {
      throw SluiceError(
        .invalidSetting, "the served model has \(model.inputs.count) inputs: \(names)",
        remedy: "name the one that takes the image with --upstream-input")
    }
    guard let tensor = named.map({ name in model.inputs.first { $0.name == name } }) ?? model.inputs.first else {
      throw SluiceError(
        .invalidSetting, "the served model has no input `\(named ?? "")`; it has \(names)",
        remedy: "name one of them with --upstream-input")
    }
    input = tensor.name
    axisCount = tensor.shape.count
    declared = "\(tensor.datatype.prefix(Self.longestName)) \(Self.text(of: tensor.shape))"
    guard tensor.datatype != InferenceDatatype.bytes.rawValue else {
      (self.form, misfits) = (.encodedImages, [])
      return
    }
    let type = form.element.inferenceDatatype.rawValue
    var misfits: [Misfit] = []
    if !Self.fits(form, tensor.shape) {
      misfits.append(
        Misfit(part: .shape, server: Self.text(of: tensor.shape), filter: Self.text(of: form.shape(batch: 1))))
    }
    if type != tensor.datatype {
      misfits.append(Misfit(part: .type, server: String(tensor.datatype.prefix(Self.longestName)), filter: type))
    }
    self.misfits = misfits
    self.form = Self.forms(like: form).first { Self.takes($0, tensor) }.map { .tensor($0) } ?? .another
  }

  private static let mostListed = 8
  private static let longestName = 64
  private static let mostAxesShown = 8

  private static func text(of shape: [Int]) -> String {
    "[\(shape.prefix(mostAxesShown).map { $0 < 0 ? "any" : String($0) }.joined(separator: ", "))"
      + (shape.count > mostAxesShown ? ", …]" : "]")
  }

  /// The form, and those that the same picture can be written in without a choice of values.
  private static func forms(like form: TensorForm) -> [TensorForm] {
    let isReal = form.element == .float32 || form.element == .float16
    let elements: [TensorElement] = isReal ? [form.element, .float32, .float16] : [form.element]
    let channels = form.channels.pixelChannels
    let layouts = [form.layout] + TensorLayout.allCases.filter { $0 != form.layout && $0.takes(channels) }
    return layouts.flatMap { layout in
      elements.map { TensorForm(element: $0, layout: layout, channels: form.channels, size: form.size) }
    }
  }

  private static func takes(_ form: TensorForm, _ tensor: ModelMetadata.Tensor) -> Bool {
    fits(form, tensor.shape) && form.element.inferenceDatatype.rawValue == tensor.datatype
  }

  /// Whether one image of the form has the shape, whatever is said of the batch.
  private static func fits(_ form: TensorForm, _ declared: [Int]) -> Bool {
    let shape = form.shape(batch: 1)
    return declared.count == shape.count && zip(declared, shape).dropFirst().allSatisfy { $0 < 0 || $0 == $1 }
  }
}
