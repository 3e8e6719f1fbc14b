import Common

extension SluiceError.Code {
  /// A body that two readers may take for different things: what one of them judges, the other does not use.
  package static let ambiguousBody = SluiceError.Code("ambiguous-body")
}

extension SluiceError {
  /// - Parameters:
  ///   - what: what readers differ about, as the end of a sentence.
  static func ambiguousBody(
    _ what: String, remedy: String = "send the image itself, or a plain form", at offset: Int? = nil
  ) -> SluiceError {
    SluiceError(
      .ambiguousBody, "readers differ about this body: \(what)", remedy: remedy, byteOffset: offset)
  }
}
