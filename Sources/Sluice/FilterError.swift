import Common

/// An error that a person can act on: a code for programs, a sentence, and what to do about it.
///
/// It is what opening a filter throws, and what a verdict of `rejected` or `failed` says. It never contains pixels or secrets.
/// It may name parts of the filter that only its operator should know of, so do not pass it on to whoever sent the image.
public struct FilterError: Error, Sendable, Hashable {
  /// A stable identifier in kebab case, such as `truncated-image`. Further ones may be added.
  public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The same as ``rawValue``.
    public var description: String { rawValue }
  }

  /// What is wrong, for programs.
  public let code: Code
  /// What is wrong, what led to it and what is permitted, for people.
  public let message: String
  /// What to do about it; `nil` where the message says it already.
  public let remedy: String?
  /// Where in the encoded image the trouble lies, counted from 0; `nil` for what has no such place.
  public let byteOffset: Int?

  init(_ code: Code, _ message: String, remedy: String? = nil, byteOffset: Int? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.byteOffset = byteOffset
  }
}

extension FilterError: CustomStringConvertible {
  /// The message, the place and the remedy in one line.
  public var description: String {
    var text = message
    if let byteOffset { text += " (at byte \(byteOffset))" }
    if let remedy { text += "; \(remedy)" }
    return text
  }
}

extension FilterError {
  static let cancelled = FilterError(.cancelled, "the task that asked was cancelled")

  init(_ error: SluiceError) {
    let message = ([error] + error.causeChain).map(\.message).joined(separator: ": ")
    self.init(
      Code(rawValue: error.code.description), message, remedy: error.remedy, byteOffset: error.byteOffset)
  }
}

extension SluiceError.Code {
  static let invalidOption = SluiceError.Code("invalid-option")
}
