/// One image that somebody asked about, and what they learnt.
package struct Question: Sendable, Hashable {
  /// What records call the image: the request's id, and its place in the request behind a `#` from the second on.
  package var record: String
  /// Who asked, as the operator wants it to be said; `nil` where nobody is told apart.
  package var client: String?
  /// Milliseconds since 1970.
  package var time: Int64
  package var fingerprint: Fingerprint
  package var answer: Answer

  package init(record: String, client: String?, time: Int64, fingerprint: Fingerprint, answer: Answer) {
    self.record = record
    self.client = client
    self.time = time
    self.fingerprint = fingerprint
    self.answer = answer
  }
}

/// What an image was answered, as its sender was told or could find out.
package struct Answer: Sendable, Hashable {
  package enum Outcome: UInt8, Sendable, Hashable, CaseIterable {
    case clean
    case adversarial
    case failed
  }

  package var outcome: Outcome
  /// The likeliest class; `nil` where no classifier of the filter's own was asked.
  package var label: Int?
  /// Its probability, 0…1.
  package var score: Float?
  /// ln(p / (1 − p)) of the probability, which tells scores apart where the probability rounds to one.
  package var logOdds: Float?
  /// The beginning of the filter's digest: answers of two filters do not compare.
  package var filter: UInt64

  package init(outcome: Outcome, label: Int? = nil, score: Float? = nil, logOdds: Float? = nil, filter: UInt64) {
    self.outcome = outcome
    self.label = label
    self.score = score
    self.logOdds = logOdds
    self.filter = filter
  }
}

extension Answer.Outcome: CustomStringConvertible {
  package var description: String {
    switch self {
    case .clean: "clean"
    case .adversarial: "adversarial"
    case .failed: "failed"
    }
  }
}
