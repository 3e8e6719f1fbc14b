import Pixels
import Squeezers

/// What a run brings to a filter: things that do not belong into its file.
package struct PipelineEnvironment: Sendable {
  /// SHA-256 of bytes, in hexadecimal. Injected, so that this module needs no cryptography library.
  package var sha256: @Sendable ([UInt8]) -> String
  /// SHA-256 of a file's contents, in hexadecimal.
  package var sha256OfFile: @Sendable (_ path: String) throws(SluiceError) -> String
  /// HMAC-SHA-256 of a text under a secret: 32 bytes.
  package var hmac: @Sendable (_ secret: [UInt8], _ text: String) -> [UInt8]
  /// Environment variables, for finding the inference engine.
  package var variables: [String: String]
  /// How many images are judged at the same time.
  package var workers: Int
  /// Whether flagged images are forwarded all the same, for watching a filter before relying on it.
  package var observes: Bool
  /// Whether the filter's calibration is applied; without it, detectors give scores and flag nothing.
  package var decides: Bool
  /// Whether verdicts name the digests of calibration, models and references, which takes reading them once.
  package var tracesFiles = false
  /// How calls of the classifier are put together; `nil` where each image has calls of its own.
  package var batching: Batching?

  /// Classifier calls for several images at once.
  package struct Batching: Sendable {
    /// How long a call waits for further images while others run.
    package var delay: Duration
    /// Told about each call: the images in it, their versions counted, and how many were sent in.
    package var observer: @Sendable (_ images: Int, _ callers: Int) -> Void

    package init(delay: Duration, observer: @escaping @Sendable (_ images: Int, _ callers: Int) -> Void) {
      self.delay = delay
      self.observer = observer
    }
  }

  package init(
    sha256: @escaping @Sendable ([UInt8]) -> String,
    sha256OfFile: @escaping @Sendable (_ path: String) throws(SluiceError) -> String,
    hmac: @escaping @Sendable (_ secret: [UInt8], _ text: String) -> [UInt8], variables: [String: String],
    workers: Int, observes: Bool = false, decides: Bool = true, batching: Batching? = nil
  ) {
    self.batching = batching
    self.sha256 = sha256
    self.sha256OfFile = sha256OfFile
    self.decides = decides
    self.hmac = hmac
    self.variables = variables
    self.workers = workers
    self.observes = observes
  }
}

/// What judging needs besides the filter: digests, seeds, and whether the run only observes.
package struct PipelineServices: Sendable {
  let sha256: @Sendable ([UInt8]) -> String
  let observes: Bool
  private let seed: @Sendable (String) -> ImageSeed

  /// A secret as short as this could be found by trying.
  private static let shortestSecret = 16
  private static let longestSecret = 4096

  /// Without a secret, for filters without chance.
  package init(sha256: @escaping @Sendable ([UInt8]) -> String, observes: Bool = false) {
    self.sha256 = sha256
    self.observes = observes
    seed = { _ in .none }
  }

  /// - Throws: `unreadable-file`; `invalid-secret` for one that is too short.
  init(_ definition: FilterDefinition, _ environment: PipelineEnvironment) throws(SluiceError) {
    sha256 = environment.sha256
    observes = environment.observes
    guard let path = definition.secretPath else {
      seed = { _ in .none }
      return
    }
    let secret = try readFile(path, atMost: Self.longestSecret)
    guard secret.count >= Self.shortestSecret else {
      throw SluiceError(
        .invalidSecret, "the secret in \(path) has \(secret.count) bytes; at least \(Self.shortestSecret) are needed",
        remedy: "make one with `head -c 32 /dev/urandom > FILE`")
    }
    let hmac = environment.hmac
    seed = { ImageSeed(hmac(secret, $0)) }
  }

  /// The seed of the image with this digest: the same for the same secret and image, and known to nobody else.
  func seed(digest: String) -> ImageSeed { seed(digest) }
}

extension SluiceError.Code {
  package static let invalidSecret = SluiceError.Code("invalid-secret")
}
