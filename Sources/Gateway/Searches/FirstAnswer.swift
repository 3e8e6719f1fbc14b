import Common
import FilterPipeline
import OpenInference

/// What a client's first question of a chain was answered, as far as it was asked for.
struct FirstAnswer: Sendable {
  /// What of an answer is asked for, but for how it travels: answers to different wishes do not stand for each other.
  struct Wish: Sendable, Hashable {
    private let outputs: [InferenceRequest.RequestedOutput]

    init(_ outputs: [InferenceRequest.RequestedOutput]) {
      self.outputs = outputs.map { .init(name: $0.name, parameters: $0.parameters) }
    }

    /// About what it takes in memory: names and parameters are the caller's, and as long as the caller likes.
    var byteCount: Int {
      outputs.reduce(0) { $0 + $1.name.utf8.count + JSONValue.object($1.parameters).text.utf8.count + bytesPerRow }
    }
  }

  let verdict: Verdict
  /// Whether the image went on, so that there is something to answer.
  let isForwarded: Bool
  /// What the backend said about this image alone.
  private(set) var responses: [Wish: InferenceResponse] = [:]

  private static let maximumWishes = 4
  /// Answers to longer ones are not kept.
  private static let longestWish = 4096

  init(_ judgement: Judgement, _ response: InferenceResponse? = nil, to wish: Wish? = nil) {
    verdict = judgement.verdict
    isForwarded = judgement.tensor != nil
    if let response, let wish, wish.byteCount <= Self.longestWish { responses[wish] = response }
  }

  /// With what a later question adds to it.
  func completed(by later: FirstAnswer) -> FirstAnswer {
    var answer = self
    guard isForwarded, later.isForwarded else { return answer }
    for (wish, response) in later.responses
    where answer.responses[wish] == nil && answer.responses.count < Self.maximumWishes {
      answer.responses[wish] = response
    }
    return answer
  }

  /// About what it takes in memory.
  var byteCount: Int {
    responses.reduce(Self.bytesPerVerdict) { sum, kept in
      let outputs = kept.value.outputs.reduce(0) { $0 + $1.contents.count + $1.name.utf8.count + bytesPerRow }
      return sum + kept.key.byteCount + outputs + JSONValue.object(kept.value.parameters).text.utf8.count
    }
  }

  private static let bytesPerVerdict = 2048
}

private let bytesPerRow = 256
