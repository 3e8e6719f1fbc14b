import Common
import Files
import FilterPipeline

extension Filter {
  /// What a program says about a filter besides its file.
  public struct Options: Sendable, Hashable {
    /// What `${NAME}` in a path of the filter file stands for. Names that are missing here are looked up in the environment of
    /// the process.
    public var variables: [String: String]
    /// Images judged at the same time, 1 to 256. Each takes a thread, and the memory of an image of the permitted size.
    public var concurrency: Int
    /// Images that may wait for their turn, 0 to 65 536, with their encoded bytes in memory; further ones are refused.
    public var maximumWaiting: Int
    /// What becomes of images that are found adversarial.
    public var flagged: FlaggedImages

    /// - Parameters:
    ///   - variables: what `${NAME}` in a path stands for, beyond the environment.
    ///   - concurrency: images judged at the same time; by default one for each processor that may be used.
    ///   - maximumWaiting: images that may wait for their turn.
    ///   - flagged: what becomes of images that are found adversarial.
    public init(
      variables: [String: String] = [:], concurrency: Int = Options.processors, maximumWaiting: Int = 64,
      flagged: FlaggedImages = .enforce
    ) {
      self.variables = variables
      self.concurrency = concurrency
      self.maximumWaiting = maximumWaiting
      self.flagged = flagged
    }
  }

  /// What becomes of an image that is found adversarial. The verdict says `adversarial` in any case.
  public enum FlaggedImages: Sendable, Hashable, CaseIterable {
    /// It has no tensor.
    case enforce
    /// Its squeezed version is forwarded, as the `sanitize` of the filter file says.
    case sanitize
    /// It is forwarded all the same, for watching a filter before relying on it.
    case observe
  }
}

extension Filter.Options {
  private static let permittedConcurrency = 1...256
  private static let permittedWaiting = 0...65_536

  /// One for each processor that the process may use, 256 at most.
  public static var processors: Int { min(permittedConcurrency.upperBound, Processors.usable) }

  /// - Throws: `invalid-option`.
  func check() throws(SluiceError) {
    try Self.check(concurrency, "concurrency", Self.permittedConcurrency)
    try Self.check(maximumWaiting, "maximumWaiting", Self.permittedWaiting)
  }

  /// - Throws: `invalid-option` for images that are to be sanitised by a filter that does not say how.
  func handling(in pipeline: Pipeline) throws(SluiceError) -> FilterPipeline.FlaggedImages {
    switch flagged {
    case .enforce: return .enforce
    case .observe: return .observe
    case .sanitize:
      guard pipeline.sanitizes else {
        throw SluiceError(
          .invalidOption, "the filter \(pipeline.identity.name) does not say how flagged images are sanitised",
          remedy: "give it a `sanitize:`, or hold flagged images back")
      }
      return .sanitize
    }
  }

  private static func check(_ value: Int, _ name: String, _ permitted: ClosedRange<Int>) throws(SluiceError) {
    guard permitted.contains(value) else {
      throw SluiceError(
        .invalidOption, "`\(name)` is \(value); permitted is \(permitted.lowerBound) to \(permitted.upperBound)")
    }
  }
}
