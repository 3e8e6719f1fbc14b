import Common

/// How a body is read, as its content type says.
enum BodyForm: Equatable {
  /// An image, or bytes of which nothing is known: `image/*`, `application/octet-stream`, and all that is not below.
  case image
  /// No content type.
  case unnamed
  case form(boundary: String)
  case json
  /// What `curl --data-binary` calls everything, images included.
  case urlEncoded
  case text

  /// - Parameters:
  ///   - fields: the values of all `Content-Type` fields.
  /// - Throws: `ambiguous-body` for more than one, for one that is not strictly formed, and for forms of several parts other
  ///   than `multipart/form-data`.
  init(contentTypes fields: [String]) throws(SluiceError) {
    guard let field = fields.first else {
      self = .unnamed
      return
    }
    guard fields.count == 1 else { throw .ambiguousBody("it has \(fields.count) content types", remedy: "send one") }
    self = try Self(MediaType(field.utf8, of: "Content-Type"))
  }

  private init(_ type: MediaType) throws(SluiceError) {
    switch type.name {
    case "multipart/form-data": self = .form(boundary: try type.boundary())
    case _ where type.isComposite:
      throw .ambiguousBody("`\(type.name)` has parts that may be alternatives of one another")
    case _ where type.isJSON: self = .json
    case "application/x-www-form-urlencoded": self = .urlEncoded
    case _ where type.isText: self = .text
    default: self = .image
    }
  }
}

/// A content type (RFC 9110, 8.3), of a body or a part.
struct MediaType {
  /// In small letters.
  let name: String
  private let value: FieldValue

  private static let longestBoundary = 70

  /// - Throws: `ambiguous-body` where readers differ about it: also for a boundary that has none to separate, and for a
  ///   character set in which the bytes mean something else.
  init(_ text: some Sequence<UInt8>, of field: String) throws(SluiceError) {
    value = try FieldValue(text, of: field)
    name = value.value.lowercased()
    guard name.contains("/") else { throw .ambiguousBody("`\(field)` is not a content type") }
    for parameter in value.parameters { try check(parameter, of: field) }
  }

  private func check(_ parameter: FieldValue.Parameter, of field: String) throws(SluiceError) {
    switch parameter.name.lowercased() {
    case "boundary" where name == "multipart/form-data" && parameter.name == "boundary": break
    case "charset":
      let set = parameter.value.lowercased()
      guard set.isSpelt("utf-8") || set.isSpelt("us-ascii") else {
        throw .ambiguousBody("`\(field)` names the character set \(parameter.value)", remedy: "send UTF-8")
      }
    case _ where name == "multipart/form-data":
      throw .ambiguousBody("`\(field)` has the parameter `\(parameter.name)`", remedy: "send `boundary` alone")
    // Some readers look for the word anywhere.
    case let other where other.contains("boundary"):
      throw .ambiguousBody("`\(field)` is \(name) with a boundary", remedy: "send forms as multipart/form-data")
    default: break
    }
  }

  /// - Throws: `ambiguous-body` for one that is missing or has other characters than those that all readers take alike:
  ///   fewer than RFC 2046 has, without comma and blank.
  func boundary() throws(SluiceError) -> String {
    guard let boundary = value["boundary"] else { throw .ambiguousBody("the form has no boundary") }
    guard (1...Self.longestBoundary).contains(boundary.utf8.count), boundary.isMadeOfLettersDigits(and: "'()+_-./:=?")
    else {
      throw .ambiguousBody(
        "its boundary is too long or has unusual characters",
        remedy: "use 1 to \(Self.longestBoundary) letters, digits and any of '()+_-./:=?")
    }
    return boundary
  }

  /// Whether it has parts, or messages, of its own.
  var isComposite: Bool { name.hasPrefix("multipart/") || name.hasPrefix("message/") }
  var isJSON: Bool { name == "application/json" || name == "text/json" || name.hasSuffix("+json") }
  var isText: Bool { name.hasPrefix("text/") }
}
