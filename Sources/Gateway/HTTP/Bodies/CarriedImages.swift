import Common
import OpenInference

/// The images that a body carries, in every reading of it.
///
/// A body is read as its content type says. What no reader can mistake is taken out of it: the image that it is, the files of
/// a form, encoded images in its texts. What readers may take differently is refused, and so is what may hold an image in a
/// form that cannot be judged.
package struct CarriedImages {
  /// In the order in which they stand there; none for a body of mere text.
  package let images: [[UInt8]]

  /// - Parameters:
  ///   - contentTypes: the values of all `Content-Type` fields.
  /// - Throws: `ambiguous-body`.
  /// - Complexity: O(bytes).
  package init(_ body: [UInt8], contentTypes: [String]) throws(SluiceError) {
    let form = try BodyForm(contentTypes: contentTypes)
    switch form {
    case .form(let boundary): images = try Self.inForm(FormBody(body, boundary: boundary), body)
    case .urlEncoded: images = try Self.inFields(body)
    // Whatever it is called: this is what it is, and no text.
    case _ where FileKind(body) == .image: images = [body]
    case .json: images = try Self.inJSON(body)
    case .unnamed where body.looksLikeJSON: images = try Self.inJSON(body)
    case .text where body.isText: images = try Self.inText(body)
    case .image, .unnamed, .text: images = [body]
    }
  }

  /// - Throws: `invalid-request` for more than one image, or none.
  package func only() throws(SluiceError) -> [UInt8] {
    guard images.count == 1 else {
      throw .invalidRequest("the body has \(images.count) images", remedy: "send exactly one")
    }
    return images[0]
  }

  private static func inText(_ body: [UInt8]) throws(SluiceError) -> [[UInt8]] {
    var reading = ImagesInText(bodyOf: body.count)
    try reading.read(text: body[...])
    return reading.images
  }

  private static func inJSON(_ body: [UInt8]) throws(SluiceError) -> [[UInt8]] {
    var reading = ImagesInText(bodyOf: body.count)
    try reading.read(json: body[...])
    return reading.images
  }

  /// The images of a request of an inference protocol, besides the tensors that are judged as the protocol has them.
  ///
  /// - Parameters:
  ///   - length: of the JSON, where other data follows it.
  /// - Throws: `ambiguous-body`.
  package static func besideTensors(
    _ tensors: Tensors, of body: [UInt8], jsonLength length: Int? = nil
  ) throws(SluiceError) -> [[UInt8]] {
    let text = body[..<min(max(0, length ?? body.count), body.count)]
    var reading = ImagesInText(bodyOf: text.count)
    try reading.read(json: text) { tensors.removed(from: $0) }
    return reading.images
  }

  // MARK: - Forms

  private static func inForm(_ form: FormBody, _ body: [UInt8]) throws(SluiceError) -> [[UInt8]] {
    var images: [[UInt8]] = []
    var reading = ImagesInText(bodyOf: body.count)
    for part in form.parts {
      let found = reading.images.count
      let content = body[part.content]
      try reading.read(text: Array(part.head.name.utf8)[...])
      try reading.read(text: Array((part.head.fileName ?? "").utf8)[...])
      if !part.mayBeImage(content) { try reading.read(text: content) }
      images += reading.images[found...]
      if part.mayBeImage(content) { images.append(Array(content)) }
    }
    return images
  }

  // MARK: - Encoded fields

  /// The images of `name=value&name=value`, or of a file that was sent as such.
  private static func inFields(_ body: [UInt8]) throws(SluiceError) -> [[UInt8]] {
    let isImage = FileKind(body) == .image
    guard isImage || body.isText else { return [body] }
    // Images and JSON are often sent as forms: curl calls every body one unless told otherwise.
    var reading = ImagesInText(bodyOf: body.count)
    let isJSON = body.looksLikeJSON ? try reading.read(ifJSON: body[...]) : false
    if isImage || isJSON {
      try EncodedFields(body).checkHidden()
      return isImage ? [body] : reading.images
    }
    return try inQuery(body)
  }

  /// The images of the query of an address, which is written as encoded fields are.
  ///
  /// - Throws: `ambiguous-body`.
  package static func inQuery(_ query: [UInt8]) throws(SluiceError) -> [[UInt8]] {
    var reading = ImagesInText(bodyOf: query.count)
    var fields = EncodedFields(query)
    while let text = fields.next() { try reading.read(encodedField: text) }
    return reading.images
  }
}

extension FormBody.Part {
  /// Whether it is to be judged as an image: a file, what calls itself one or bytes, and what is no text. A field that the
  /// sender left empty is none.
  fileprivate func mayBeImage(_ content: ArraySlice<UInt8>) -> Bool {
    if content.isEmpty, head.fileName?.isEmpty ?? true { return false }
    if head.fileName != nil || !content.isText || FileKind(content) != nil { return true }
    return head.type.map { !$0.isText && !$0.isJSON } ?? false
  }
}

extension [UInt8] {
  /// Whether it begins as an object or an array.
  var looksLikeJSON: Bool {
    let first = first { !$0.isBlank }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}
