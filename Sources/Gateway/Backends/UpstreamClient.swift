import Common
import FilterPipeline
import OpenInference

/// Speaks with one model server.
protocol UpstreamClient: Sendable {
  func serverMetadata(_ deadline: Deadline) async throws(UpstreamTrouble) -> ServerMetadata
  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata
  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool

  /// - Parameters:
  ///   - binary: whether tensors travel raw, where the protocol leaves a choice.
  ///   - load: told what this takes in memory.
  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline,
    _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse

  /// Whether tensors travel as lists of numbers.
  ///
  /// - Parameters:
  ///   - binary: whether the server takes raw tensors in REST.
  func listsElements(binary: Bool) -> Bool

  /// Has whatever is asked from now on asked on other connections, where answers may be on the wrong ones.
  func leaveConnections()

  /// Ends its connections.
  func close() async
}

extension UpstreamClient {
  /// Where an answer cannot be another one's by its place on a connection, there is nothing to leave.
  func leaveConnections() {}

  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    try await infer(request, model, binary: binary, identity, deadline, UpstreamLoad())
  }
}

/// What went wrong with an upstream, told apart by what may be done about it.
package enum UpstreamTrouble: Error {
  /// Nothing has reached the server: another one may be asked.
  case unreached(UpstreamWords)
  /// It has refused the request, as it came: the sender is at fault.
  case refused(UpstreamWords)
  /// Anything else; the server may have done the work.
  case failed(UpstreamWords)
  /// It has too much to do, and says so.
  case busy(UpstreamWords, RetryAfter?)
  /// It serves nobody for now, and says so.
  case unavailable(UpstreamWords, RetryAfter?)
  /// There is no room for its answer here.
  case noRoom
  case late
  case cancelled

  /// For the sender. What a model server says of itself may hold anything, so it goes to the log alone.
  var refusal: Refusal {
    switch self {
    case .unreached: Refusal(.badUpstream, .upstreamFailed, "the model server cannot be reached")
    case .refused: Refusal(.invalid, .invalidRequest, "the model server does not accept the request")
    case .failed: Refusal(.badUpstream, .upstreamFailed, "the model server failed")
    case .busy(_, let time):
      Refusal(.busy, .busy, "the model server is busy; try again later").after(time)
    case .unavailable(_, let time):
      Refusal(.unavailable, .upstreamFailed, "the model server is not available; try again later").after(time)
    case .noRoom: .noMemory
    case .late: Refusal(.lateAnswer, .deadlineExceeded, "the model server did not answer in time")
    case .cancelled: .clientHasGone
    }
  }

  /// Whether it says no more than that there is much to do, at the server or here.
  var isOverload: Bool {
    switch self {
    case .late, .busy, .noRoom: true
    case .unreached, .refused, .failed, .unavailable, .cancelled: false
    }
  }

  /// The same, of a call that ended with so much time: at the end of that, the request may be given up before the call is, and then
  /// nobody has left.
  func seen(at deadline: Deadline) -> UpstreamTrouble {
    if case .cancelled = self, deadline.isOver { return .late }
    return self
  }

  private static let noRoomForAnswer: UpstreamWords = "there is no room for its answer within --body-memory"
  private static let noAnswerInTime: UpstreamWords = "it did not answer in time"

  /// What the server or the connection to it said or left unsaid, for the log; `nil` where that is no fault of theirs.
  var words: UpstreamWords? {
    switch self {
    case .unreached(let words), .refused(let words), .failed(let words), .busy(let words, _),
      .unavailable(let words, _):
      words
    case .noRoom: Self.noRoomForAnswer
    case .late: Self.noAnswerInTime
    case .cancelled: nil
    }
  }

  /// Why a server is not in use, for the log.
  var complaint: UpstreamWords {
    switch self {
    case .unreached(let words): "it cannot be reached: \(words)"
    case .refused(let words), .failed(let words), .busy(let words, _), .unavailable(let words, _): words
    case .noRoom: Self.noRoomForAnswer
    case .late: Self.noAnswerInTime
    case .cancelled: "it ended the call"
    }
  }

  /// For metrics.
  var outcome: UpstreamOutcome {
    switch self {
    case .unreached: .unreached
    case .refused: .refused
    case .failed: .failed
    case .busy: .busy
    case .unavailable: .unavailable
    case .noRoom: .noRoom
    case .late: .late
    case .cancelled: .cancelled
    }
  }
}

extension Refusal {
  fileprivate func after(_ time: RetryAfter?) -> Refusal {
    var refusal = self
    refusal.retryAfter = time ?? .soon
    return refusal
  }
}
