import Common
import FilterPipeline
import OpenInference

/// What a client's first question of a chain was answered, as far as it was asked for.
package struct FirstAnswer: Sendable {
  /// What of an answer is asked for, but for how it travels: answers to different wishes do not stand for each other.
  package struct Wish: Sendable, Hashable {
    private let outputs: [InferenceRequest.RequestedOutput]

    init(_ outputs: [InferenceRequest.RequestedOutput]) {
      self.outputs = outputs.map { .init(name: $0.name, parameters: $0.parameters) }
    }

    /// About what it takes in memory: names and parameters are the caller's, and as long as the caller likes.
    var byteCount: Int {
      outputs.reduce(0) { $0 + $1.name.utf8.count + JSONValue.object($1.parameters).text.utf8.count + bytesPerRow }
    }

    /// Whether answers to it are kept. What is longer is not even looked up: that hashes all of it.
    var isShort: Bool { byteCount <= FirstAnswer.longestWish }
  }

  /// An object of its own: tables of answers have places of which many are free.
  private final class Told: Sendable {
    let verdict: Verdict

    init(_ verdict: Verdict) { self.verdict = verdict }
  }

  private let told: Told
  /// Whether the image went on, so that there is something to answer.
  let isForwarded: Bool
  /// What the backend said about this image alone.
  private var responses: [Wish: InferenceResponse] = [:]

  private static let maximumWishes = 4
  /// Answers to longer ones are not kept.
  private static let longestWish = 4096

  package init(_ judgement: Judgement, _ response: InferenceResponse? = nil, to wish: Wish? = nil) {
    told = Told(judgement.verdict.withoutFile)
    isForwarded = judgement.tensor != nil
    if let response, let wish, wish.isShort { responses[wish] = response }
  }

  /// What the backend said about this image alone, where it was asked for just that.
  func response(to wish: Wish) -> InferenceResponse? { wish.isShort ? responses[wish] : nil }

  /// What was decided, without anything about the file.
  var verdict: Verdict { told.verdict }

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
    responses.reduce(verdict.byteCount) { sum, kept in
      let outputs = kept.value.outputs.reduce(0) { $0 + $1.contents.count + $1.name.utf8.count + bytesPerRow }
      return sum + kept.key.byteCount + outputs + JSONValue.object(kept.value.parameters).text.utf8.count
    }
  }
}

extension Verdict {
  /// What of it is told again about other images: every other part of an answer is about the image itself.
  fileprivate var withoutFile: Verdict {
    var verdict = self
    (verdict.source, verdict.offset, verdict.sha256) = ("", nil, nil)
    (verdict.header, verdict.origin, verdict.findings) = (nil, nil, [])
    return verdict
  }
}

private let bytesPerRow = 256
