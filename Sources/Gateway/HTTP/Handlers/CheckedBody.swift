import Common
import FilterPipeline
import HTTPTypes
import ImageCodecs
import OpenInference

/// The body of a request to somebody else, and its query, of which a check knows no more than what the request says.
struct CheckedBody: Sendable {
  let bytes: [UInt8]
  /// What its address asks for, in every form in which proxies tell the address.
  let queries: [[UInt8]]
  /// Where the request goes, without its query: a hint at the protocol, and no more than that.
  let path: String
  let contentTypes: [String]
  /// How long the JSON before binary data is.
  let jsonLength: Int?
  /// What images from it are called.
  let source: String
  /// The most images.
  let most: Int

  /// - Parameters:
  ///   - address: what the check itself was asked for.
  init(
    _ bytes: [UInt8], to path: String, in address: String, _ headers: HTTPFields, jsonLength: Int?, source: String,
    most: Int
  ) {
    self.bytes = bytes
    self.path = String(path.prefix { $0 != "?" })
    queries = ([address] + Self.originalAddresses.flatMap { headers[values: $0] }).map { address in
      Array(address.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())
    }
    contentTypes = headers[values: .contentType]
    self.jsonLength = jsonLength
    self.source = source
    self.most = most
  }

  /// Whether there is nothing in which an image could be.
  var isEmpty: Bool { bytes.isEmpty && queries.allSatisfy { $0.count < ImagesInText.shortest } }

  /// Where proxies that ask elsewhere say what they were asked for.
  private static let originalAddresses = ["X-Forwarded-Uri", "X-Original-URI", "X-Original-URL"].compactMap {
    HTTPField.Name($0)
  }

  /// Every image that a reader may take out of it, also those that stand behind the end of another.
  ///
  /// - Throws: `ambiguous-body`; `too-many-images`; what the readers of the inference protocols throw.
  func images() throws(SluiceError) -> [EncodedInput] {
    var images: [EncodedInput] = []
    for image in try carried() {
      if image.pixels == nil {
        images += try sequence(image.bytes)
      } else {
        images.append(image)
      }
      guard images.count <= most else {
        throw SluiceError(.tooManyImages, "the request has more than the \(most) images that are permitted")
      }
    }
    return images
  }

  private func sequence(_ file: [UInt8]) throws(SluiceError) -> [EncodedInput] {
    try ImageSequence.images(of: file, most: most).map { EncodedInput(source: source, bytes: $0) }
  }

  private func carried() throws(SluiceError) -> [EncodedInput] {
    var images = bytes.isEmpty ? [] : try inBody()
    for query in queries { images += try CarriedImages.inQuery(query).map { EncodedInput(source: source, bytes: $0) } }
    return images
  }

  private func inBody() throws(SluiceError) -> [EncodedInput] {
    guard let tensors = try tensors() else {
      return try CarriedImages(bytes, contentTypes: contentTypes).images.map {
        EncodedInput(source: source, bytes: $0)
      }
    }
    let request =
      switch tensors {
      case .inputs: try InferenceRequest(InferenceBody(bytes: bytes, jsonLength: jsonLength))
      case .instances: try ServingPrediction.request(bytes, ofAnySignature: true)
      }
    let length = tensors == .inputs ? jsonLength : nil
    let others = try CarriedImages.besideTensors(tensors, of: bytes, jsonLength: length)
    return try ImageInputs(request, source: source, most: most).images
      + others.map { EncodedInput(source: source, bytes: $0) }
  }

  /// Where a request of an inference protocol has its images; `nil` for any other.
  private func tensors() throws(SluiceError) -> Tensors? {
    let form = try BodyForm(contentTypes: contentTypes)
    if case .form = form { return nil }
    guard bytes.looksLikeJSON, path.hasSuffix("/infer") || path.hasSuffix(":predict") else { return nil }
    if form == .urlEncoded { try EncodedFields(bytes).checkHidden() }
    return path.hasSuffix("/infer") ? .inputs : .instances
  }
}
