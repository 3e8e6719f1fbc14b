import Common
import FoundationEssentials
import OpenInference

/// TensorFlow Serving's form of prediction, rows in and rows out.
///
///     {"instances": [{"b64": "…"}, …]}        or with a name for the input: {"instances": [{"image": {"b64": "…"}}]}
///     {"predictions": [[0.1, 0.9], …]}        or, of several outputs: {"predictions": [{"probabilities": […], …}]}
enum ServingPrediction {
  /// The only signature that is answered here.
  static let signature = "serving_default"
  /// What it may be called: TensorFlow Serving takes the empty name for it as well.
  static let signatureNames = [signature, ""]

  /// The images of the request, as an inference request.
  ///
  /// - Parameters:
  ///   - ofAnySignature: whether another signature may be asked for, as of a server elsewhere.
  /// - Throws: `invalid-json`, `invalid-request`.
  static func request(_ body: [UInt8], ofAnySignature: Bool = false) throws(SluiceError) -> InferenceRequest {
    let json = try JSONValue(reading: body.span, limits: JSONValue.Limits(depth: 8, values: 10_000))
    guard case .object(let members) = json else { throw .invalidRequest("the body is not a JSON object") }
    for member in members where !known.contains(where: member.name.isSpelt) {
      throw .invalidRequest("`\(member.name)` is not supported", remedy: "send `instances`")
    }
    if !ofAnySignature { try checkSignature(json["signature_name"]) }
    guard case .array(let instances) = json["instances"], !instances.isEmpty else {
      throw .invalidRequest("`instances` is missing, empty, or not an array")
    }
    var images: [[UInt8]] = []
    for instance in instances { images.append(try image(instance)) }
    return InferenceRequest(inputs: [try InferenceTensor(name: "image", shape: [images.count], elements: images)])
  }

  private static func checkSignature(_ name: JSONValue?) throws(SluiceError) {
    guard let name else { return }
    guard case .string(let text) = name, signatureNames.contains(where: text.isSpelt) else {
      throw .invalidRequest("`signature_name` is not `\(signature)`", remedy: "leave it out; there is no other one")
    }
  }

  private static let known = ["instances", "signature_name"]

  private static func image(_ instance: JSONValue) throws(SluiceError) -> [UInt8] {
    var value = instance
    if case .object(let members) = instance, members.count == 1, !members[0].name.isSpelt("b64") {
      value = members[0].value
    }
    guard case .object(let members) = value, members.count == 1, case .string(let text) = value["b64"] else {
      throw .invalidRequest("an instance is not {\"b64\": \"…\"}")
    }
    guard let data = Data(base64Encoded: text) else { throw .invalidRequest("an instance is not base64") }
    return Array(data)
  }

  /// The answer, a row an image.
  ///
  /// - Throws: `upstream-failed` for an output that does not have a row for each image.
  static func answer(_ response: InferenceResponse, images: Int) throws(SluiceError) -> JSONValue {
    var columns: [(name: String, rows: [JSONValue])] = []
    for output in response.outputs { columns.append((output.name, try rows(output, images))) }
    let predictions = (0..<images).map { index -> JSONValue in
      if columns.count == 1 { return columns[0].rows[index] }
      return .object(columns.map { JSONValue.Member(name: $0.name, value: $0.rows[index]) })
    }
    return .object(["predictions": .array(predictions)])
  }

  private static func rows(_ output: InferenceTensor, _ images: Int) throws(SluiceError) -> [JSONValue] {
    guard output.shape.first == images, case .array(let values) = output.json(), values.count % images == 0 else {
      throw SluiceError(
        .upstreamFailed, "the output `\(output.name)` of shape \(output.shape) has no row for each of \(images) images")
    }
    guard emptyLists(output.shape) <= mostEmptyLists else {
      throw SluiceError(.upstreamFailed, "the output `\(output.name)` of shape \(output.shape) is all empty lists")
    }
    let length = values.count / images
    return (0..<images).map { row in
      nested(Array(values[row * length..<(row + 1) * length]), Array(output.shape.dropFirst()))
    }
  }

  /// How many empty lists an output without elements consists of: as many as its shape says, however short its text.
  private static func emptyLists(_ shape: [Int]) -> Int {
    shape.contains(0) ? shape.prefix { $0 > 0 }.reduce(1, *) : 0
  }

  private static let mostEmptyLists = 10_000

  /// Values as the axes of a row nest them.
  static func nested(_ values: [JSONValue], _ shape: [Int]) -> JSONValue {
    guard let length = shape.first else { return values.first ?? .null }
    guard shape.count > 1, length > 0 else { return .array(values) }
    let step = values.count / length
    return .array((0..<length).map { nested(Array(values[$0 * step..<($0 + 1) * step]), Array(shape.dropFirst())) })
  }
}
