import Classifiers
import Common
import Files
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
  /// Whether the filter's calibration is applied; without it, detectors give scores and flag nothing.
  package var decides: Bool
  /// Whether verdicts name the digests of calibration, models, references and activation ranges, which takes reading them once.
  package var tracesFiles = false
  /// How calls of the classifier are put together; `nil` where each image has calls of its own.
  package var batching: Batching?
  /// What is known of files that were read; `nil` where each is read whenever it is asked about.
  package private(set) var knownFiles: KnownFiles?

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
    workers: Int, decides: Bool = true, batching: Batching? = nil
  ) {
    self.batching = batching
    self.sha256 = sha256
    self.sha256OfFile = sha256OfFile
    self.decides = decides
    self.hmac = hmac
    self.variables = variables
    self.workers = workers
  }
}

extension PipelineEnvironment {
  /// Reads each file once from here on, for its digest and for the weights that it names, as long as it stays as it is.
  package mutating func readFilesOnce(_ hashing: @escaping KnownFiles.Hashing) {
    knownFiles = KnownFiles(hashing: hashing)
  }

  /// SHA-256 of a file's contents, in hexadecimal.
  ///
  /// - Throws: `unreadable-file`.
  func digest(ofFile path: String) throws(SluiceError) -> String {
    if let knownFiles { return try knownFiles.sha256(ofFile: path) }
    return try sha256OfFile(path)
  }

  /// The digest of a file that the filter names under a key: what is wrong with it is said here, before whoever uses it opens it.
  ///
  /// - Throws: `unreadable-file`, with the key and what to do.
  func digest(ofFile path: String, named key: String) throws(SluiceError) -> String {
    do throws(SluiceError) { return try digest(ofFile: path) } catch {
      let remedy =
        FileStatus.isForbidden(path)
        ? "let this user read it" : "check its path in the filter file, which may also say how to install it"
      throw error.naming("the file of `\(key)`", remedy: remedy)
    }
  }

  /// The files beside a model that hold its weights.
  func weightFiles(ofModelAt path: String) -> WeightFiles {
    knownFiles?.weightFiles(ofModelAt: path) ?? WeightFiles(ofModelAt: path)
  }
}

extension PipelineEnvironment {
  /// Names what `precision: auto` is to come to, `f32` or `bf16`, whatever the processor: so that machines of several kinds
  /// score alike, and one can calibrate for another. With `f32`, `precision: int8` comes to that as well.
  package static let autoPrecisionVariable = "SLUICE_AUTO_PRECISION"

  /// A setting, where it leaves something to the processor as the environment settles it. An empty variable settles nothing.
  ///
  /// - Throws: `invalid-variable` for another word than those two.
  func settled(_ precision: InferencePrecision) throws(SluiceError) -> InferencePrecision {
    guard precision == .auto || precision == .int8, let named = variables[Self.autoPrecisionVariable],
      !named.isEmpty
    else { return precision }
    switch ComputedPrecision(rawValue: named) {
    case .f32: return .f32
    case .bf16: return precision == .auto ? .bf16 : precision
    case .int8, nil:
      throw SluiceError(
        .invalidVariable, "\(Self.autoPrecisionVariable) is `\(named)`; permitted are f32, bf16",
        remedy: "leave it out to use what the processor computes natively")
    }
  }
}

/// What judging needs besides the filter: digests and seeds.
package struct PipelineServices: Sendable {
  let sha256: @Sendable ([UInt8]) -> String
  /// HMAC-SHA-256 of a text under the operator's secret; `nil` in a filter without one.
  private let hmac: (@Sendable (String) -> [UInt8])?

  /// A secret as short as this could be found by trying.
  private static let shortestSecret = 16
  private static let longestSecret = 4096

  /// Without a secret, for filters without chance.
  package init(sha256: @escaping @Sendable ([UInt8]) -> String) {
    self.sha256 = sha256
    hmac = nil
  }

  /// - Throws: `unreadable-file`; `invalid-secret` for one that is too short.
  package init(_ definition: FilterDefinition, _ environment: PipelineEnvironment) throws(SluiceError) {
    sha256 = environment.sha256
    guard let path = definition.secretPath else {
      hmac = nil
      return
    }
    let secret = try readFile(path, atMost: Self.longestSecret)
    guard secret.count >= Self.shortestSecret else {
      throw SluiceError(
        .invalidSecret, "the secret in \(path) has \(secret.count) bytes; at least \(Self.shortestSecret) are needed",
        remedy: "make one with `head -c 32 /dev/urandom > FILE`")
    }
    hmac = { [hmac = environment.hmac] in hmac(secret, $0) }
  }

  /// The seed of the image with this digest: the same for the same secret and image, and known to nobody else.
  func seed(digest: String) -> ImageSeed { hmac.map { ImageSeed($0(digest)) } ?? .none }

  /// What is drawn for the image with this digest.
  ///
  /// - Parameters:
  ///   - share: that part of images is judged completely, whatever they look like. Without a secret they are drawn from the
  ///     digest alone, which whoever makes the image can do as well: an audit of traffic, not of somebody who hides from it.
  func draws(digest: String, auditing share: Double) -> ImageDraws {
    ImageDraws(
      seed: seed(digest: digest), order: hmac.map { Self.number($0(digest + " order")) },
      isAudited: share > 0 && Self.part(number(digest + " audit")) < share)
  }

  private func number(_ text: String) -> UInt64 {
    hmac.map { Self.number($0(text)) } ?? UInt64(sha256(Array(text.utf8)).prefix(16), radix: 16) ?? 0
  }

  private static func number(_ bytes: [UInt8]) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  /// In [0, 1).
  private static func part(_ number: UInt64) -> Double { Double(number >> 11) / 0x1p53 }
}

extension SluiceError.Code {
  package static let invalidVariable = SluiceError.Code("invalid-variable")
  package static let invalidSecret = SluiceError.Code("invalid-secret")
}
