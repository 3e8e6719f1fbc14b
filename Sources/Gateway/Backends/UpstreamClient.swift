import FilterPipeline
import OpenInference
import Pixels

/// Speaks with one model server.
protocol UpstreamClient: Sendable {
  func serverMetadata(_ deadline: Deadline) async throws(UpstreamTrouble) -> ServerMetadata
  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata
  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool

  /// - Parameters:
  ///   - binary: whether tensors travel raw, where the protocol leaves a choice.
  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline
  ) async throws(UpstreamTrouble) -> InferenceResponse

  /// Ends its connections.
  func close() async
}

/// What went wrong with an upstream, told apart by what may be done about it.
enum UpstreamTrouble: Error {
  /// Nothing has reached the server: another one may be asked.
  case unreached(String)
  /// It has refused the request, as it came: the sender is at fault.
  case refused(String)
  /// Anything else; the server may have done the work.
  case failed(String)
  case late
  case cancelled

  /// For the sender. What a model server says of itself may hold anything, so it goes to the log alone.
  var error: SluiceError {
    switch self {
    case .unreached: SluiceError(.upstreamFailed, "the model server cannot be reached")
    case .refused: .invalidRequest("the model server does not take the request")
    case .failed: SluiceError(.upstreamFailed, "the model server failed")
    case .late: SluiceError(.deadlineExceeded, "the model server did not answer in time")
    case .cancelled: SluiceError(.cancelled, "the client has gone")
    }
  }

  /// What the server or the connection to it said, for the log; `nil` where nobody said anything.
  var words: String? {
    switch self {
    case .unreached(let words), .refused(let words), .failed(let words): String(words.prefix(Self.longestWords))
    case .late, .cancelled: nil
    }
  }

  private static let longestWords = 1000

  /// For metrics.
  var outcome: String {
    switch self {
    case .unreached: "unreached"
    case .refused: "refused"
    case .failed: "failed"
    case .late: "late"
    case .cancelled: "cancelled"
    }
  }
}
