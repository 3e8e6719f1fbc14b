/// An error a person can act on: a stable code for machines, a sentence for people, and what to do about it.
///
/// The same type serves every module, so that a verdict, a log line and a terminal message say the same thing.
/// Messages name what was wrong and what is permitted; they never contain pixels or secrets.
package struct SluiceError: Error, Sendable, Hashable {
  /// A stable, kebab-case identifier such as `truncated-image`. Modules add their own in extensions.
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
      self.description = description
    }
  }

  package var code: Code
  package var message: String

  /// What the reader can do, as an instruction; `nil` where the message already says it.
  package var remedy: String?

  /// Where in the encoded bytes the trouble lies, counted from 0 at the start of the input.
  package var byteOffset: Int?

  /// Whether it says something that only the operator may know, such as what a private detector or its model is called.
  package var isPrivate = false

  /// The error that led to this one, and in turn what led to that: for logs and terminals, not for callers.
  package var cause: SluiceError? {
    get { causes.first }
    set { causes = newValue.map { [$0] } ?? [] }
  }

  /// None or one: an array, because a structure cannot hold one of its own kind.
  private var causes: [SluiceError] = []

  package init(_ code: Code, _ message: String, remedy: String? = nil, byteOffset: Int? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.byteOffset = byteOffset
  }
}

extension SluiceError {
  /// What a private error says to others than the operator.
  package static let withheldMessage = "a part of the filter failed"

  /// The error for others than the operator: the same one without its causes, or what is withheld where it is private.
  package var disclosed: SluiceError {
    guard !isPrivate else { return SluiceError(code, Self.withheldMessage) }
    var error = self
    error.cause = nil
    return error
  }

  /// The same error, as a consequence of another one.
  package func caused(by cause: SluiceError) -> SluiceError {
    var error = self
    error.cause = cause
    error.isPrivate = isPrivate || cause.isPrivate
    return error
  }

  /// The same error with what it is about before its message, such as the file in which the trouble lies.
  ///
  /// - Parameters:
  ///   - remedy: what the reader can do; `nil` for what it says already.
  package func naming(_ place: String, remedy: String? = nil) -> SluiceError {
    var error = self
    error.message = "\(place): \(message)"
    return error.advising(remedy)
  }

  /// The same error with another remedy; with its own for `nil`.
  package func advising(_ remedy: String?) -> SluiceError {
    var error = self
    error.remedy = remedy ?? self.remedy
    return error
  }

  /// The causes, from the nearest to the first one.
  package var causeChain: [SluiceError] { Array(sequence(first: self) { $0.cause }.dropFirst()) }

  /// The same error, private where `isPrivate` says so.
  package func keptPrivate(_ isPrivate: Bool) -> SluiceError {
    var error = self
    error.isPrivate = self.isPrivate || isPrivate
    return error
  }
}

extension SluiceError.Code {
  /// Nobody waits for the result any more.
  package static let cancelled = SluiceError.Code("cancelled")
  /// No memory is left for the image at hand; another one may well find room.
  package static let outOfMemory = SluiceError.Code("out-of-memory")
}

extension SluiceError: CustomStringConvertible {
  /// Message, place, causes and remedy in one line.
  package var description: String {
    var text = message
    if let byteOffset { text += " (at byte \(byteOffset))" }
    for cause in causeChain { text += ": \(cause.message)" }
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
