import Common
import FilterPipeline
import ImageCodecs
import OpenInference
import Pixels

/// The images of an inference request.
///
/// Exactly one input, either of encoded images (BYTES, `[n]` or `[n, 1]`) or of pixels (UINT8, `[h, w, c]` or
/// `[n, h, w, c]` with one or three channels). Any other input would reach the model without having been judged.
struct ImageInputs {
  let images: [EncodedInput]

  /// - Throws: `invalid-request` for anything else; `too-many-images`.
  init(_ request: InferenceRequest, source: String, most: Int) throws(SluiceError) {
    guard request.inputs.count == 1 else {
      throw .invalidRequest(
        "the request has \(request.inputs.count) inputs",
        remedy: "send one: encoded images as BYTES, or pixels as UINT8 of shape [height, width, channels]")
    }
    let input = request.inputs[0]
    switch input.datatype {
    case .bytes: images = try Self.encoded(input, source, most)
    case .uint8: images = try Self.pixels(input, source, most)
    default:
      throw .invalidRequest(
        "the input `\(input.name)` is of type \(input.datatype.rawValue)",
        remedy: "send encoded images as BYTES, or pixels as UINT8")
    }
  }

  private static func encoded(
    _ input: InferenceTensor, _ source: String, _ most: Int
  ) throws(SluiceError) -> [EncodedInput] {
    let isList = input.shape.count == 1 || input.shape.count == 2 && input.shape[1] == 1
    guard isList, let count = input.shape.first else {
      throw .invalidRequest("the input `\(input.name)` has the shape \(input.shape); BYTES take [n] or [n, 1]")
    }
    try check(count, most)
    return input.byteElements.map { EncodedInput(source: source, bytes: $0) }
  }

  private static func pixels(
    _ input: InferenceTensor, _ source: String, _ most: Int
  ) throws(SluiceError) -> [EncodedInput] {
    let sides = input.shape.suffix(3)
    guard (3...4).contains(input.shape.count), sides.allSatisfy({ $0 > 0 }), let last = sides.last,
      let channels = PixelChannels(rawValue: last)
    else {
      throw .invalidRequest(
        "the input `\(input.name)` has the shape \(input.shape)",
        remedy: "pixels are [height, width, channels] or [n, height, width, channels], of 1 or 3 channels")
    }
    let count = input.shape.count == 4 ? input.shape[0] : 1
    try check(count, most)
    let size = PixelSize(width: sides[sides.startIndex + 1], height: sides[sides.startIndex])
    let length = size.area * channels.rawValue
    return (0..<count).map { place in
      EncodedInput(
        source: source, bytes: Array(input.contents[place * length..<(place + 1) * length]),
        pixels: EncodedInput.PixelLayout(size: size, channels: channels))
    }
  }

  static func check(_ count: Int, _ most: Int) throws(SluiceError) {
    guard count >= 1 else { throw .invalidRequest("the request has no image") }
    guard count <= most else {
      throw SluiceError(.tooManyImages, "the request has \(count) images; at most \(most) are permitted")
    }
  }
}

extension SluiceError.Code {
  package static let tooManyImages = SluiceError.Code("too-many-images")
}
