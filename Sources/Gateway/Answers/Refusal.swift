import Classifiers
import Common
import FilterPipeline
import ImageCodecs
import OpenInference

/// Why a request gets no answer: what its sender is told, and under which status.
///
/// Senders hear what was wrong with what they sent. What is wrong on this side goes to the log; they hear that something
/// is.
package struct Refusal: Error, Sendable {
  package var status: Status
  package var code: SluiceError.Code
  /// For the sender, and never longer than trailers of gRPC may be: it repeats names that came with the request.
  package var message: String
  /// For the log; `nil` where the message says all.
  package var cause: String?
  /// The verdict that led to it, where one did.
  package var verdict: Verdict?
  /// When to come back, where anybody knows.
  package var retryAfter: RetryAfter?
  /// The methods that there are instead.
  package var allowedMethods: [String] = []

  /// The statuses that a request can end with, each as HTTP and gRPC have it.
  package enum Status: Int, Sendable, CaseIterable {
    case invalid = 400
    case unauthenticated = 401
    case flagged = 403
    case notFound = 404
    case methodNotAllowed = 405
    case notAcceptable = 406
    case tooSlow = 408
    case tooLarge = 413
    case unsupported = 415
    case unprocessable = 422
    case busy = 429
    /// The client has gone; nobody reads it.
    case gone = 499
    case failed = 500
    case badUpstream = 502
    case unavailable = 503
    case lateAnswer = 504
  }

  package init(
    _ status: Status, _ code: SluiceError.Code, _ message: String, cause: String? = nil, verdict: Verdict? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message.shortened(toBytes: Self.longestMessage)
    self.cause = cause
    self.verdict = verdict
    retryAfter = status == .busy || status == .unavailable ? .soon : nil
  }

  /// What an error means for whoever sent the request.
  ///
  /// Neither the sender nor the log, which is read by more people than the audit, learns of private detectors.
  package init(_ error: SluiceError) {
    let error = error.disclosed
    let status = Self.status(error.code)
    switch status {
    case .failed: self.init(status, error.code, "the request could not be served", cause: error.description)
    default: self.init(status, error.code, error.description)
    }
  }

  /// What any error means for whoever sent the request: of one that nobody foresaw, that something is wrong on this side.
  ///
  /// - Parameters:
  ///   - meaning: what the errors of a transport mean; `nil` for any other.
  package init(_ error: any Error, ofTransport meaning: (any Error) -> Refusal?) {
    switch error {
    case let error as Refusal: self = error
    case let error as SluiceError: self.init(error)
    case is CancellationError: self = .clientHasGone
    default:
      self = meaning(error) ?? Refusal(.failed, .internalFault, "the request could not be served", cause: "\(error)")
    }
  }

  static let clientHasGone = Refusal(.gone, .cancelled, "the client has gone")

  private static func status(_ code: SluiceError.Code) -> Status {
    switch code {
    case .invalidRequest, .invalidJSON, .tooManyImages, .ambiguousBody: .invalid
    case .tooManyBytes: .tooLarge
    case .busy: .busy
    case .deadlineExceeded: .lateAnswer
    case .cancelled: .gone
    case .upstreamFailed: .badUpstream
    case _ where SluiceError.Code.ofImages.contains(code): .unprocessable
    default: .failed
    }
  }

  private static let longestMessage = 1000

  /// What became of the request, for metrics and the log.
  package var outcome: RequestOutcome {
    switch status {
    case .invalid, .notFound, .methodNotAllowed, .notAcceptable, .unsupported: .invalid
    case .unauthenticated: .unauthenticated
    case .flagged: .flagged
    case .lateAnswer, .tooSlow: .late
    case .tooLarge, .unprocessable: .rejected
    case .busy: .busy
    case .gone: .gone
    case .failed: .failed
    case .badUpstream, .unavailable: .upstream
    }
  }
}

extension Refusal {
  /// The refusal of a request because of one of its images.
  ///
  /// - Parameters:
  ///   - place: of the image in the request, from 0.
  ///   - count: images of the request.
  init(_ verdict: Verdict, place: Int, of count: Int) {
    self.init(verdict, of: count == 1 ? "the image" : "image \(place + 1) of \(count)")
  }

  private init(_ verdict: Verdict, of which: String) {
    switch verdict.outcome {
    case .adversarial, .clean:
      self.init(.flagged, .adversarialImage, "\(which) was flagged as adversarial", verdict: verdict)
    case .rejected, .failed:
      var refusal = Refusal(verdict.error ?? SluiceError(.classifierFailed, "no verdict"))
      if refusal.status == .failed {
        refusal.message = "\(which) could not be judged"
      } else {
        refusal.message = "\(which): \(refusal.message)"
      }
      refusal.verdict = verdict
      self = refusal
    }
  }
}

extension String {
  /// The text, or as much of it as so many bytes hold.
  fileprivate func shortened(toBytes most: Int) -> String {
    guard utf8.count > most else { return self }
    return String(unicodeScalars[..<utf8.index(startIndex, offsetBy: most)]) + "…"
  }
}

extension SluiceError.Code {
  package static let adversarialImage = SluiceError.Code("adversarial-image")
  package static let upstreamFailed = SluiceError.Code("upstream-failed")
  package static let notFound = SluiceError.Code("not-found")
  package static let unauthenticated = SluiceError.Code("unauthenticated")
  /// Something on this side that nobody foresaw.
  package static let internalFault = SluiceError.Code("internal")
}
