/// What answers requests of the serving port.
enum ServingHandler: Sendable {
  /// Says something about the server.
  case tells(@Sendable (ServingCall) async throws -> HTTPAnswer)
  /// Judges the images in a body.
  case judges(any JudgingHandler)
}

/// One of the ways to have images judged.
protocol JudgingHandler: Sendable {
  /// What reading a body takes at most for each of its bytes, the body included: a plain image is taken as it is, what is
  /// inside JSON is held as text, as values and as bytes.
  var bytesPerByte: Int { get }

  /// Refuses what can be refused before the body has come.
  func checkHead(_ call: ServingCall) throws(Refusal)

  /// Judges what is in the body, and answers.
  ///
  /// - Throws: `Refusal`, `SluiceError`.
  func answer(_ call: ServingCall, _ body: [UInt8]) async throws -> HTTPAnswer
}

extension JudgingHandler {
  static var plainBytesPerByte: Int { 2 }
  static var jsonBytesPerByte: Int { 4 }
}
