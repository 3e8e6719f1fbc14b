import AuditLog
import FilterPipeline
import StatefulDetection

extension RecordedSearch {
  /// What is known of a search.
  ///
  /// - Parameters:
  ///   - sighting: of the question that leads to the record.
  ///   - sample: the first questions of the search and the last ones, without repeats, in the order in which they were asked.
  ///   - action: what is done about it.
  ///   - filter: the one that judged the question.
  ///   - label: what a class is called, where that is known.
  /// - Complexity: O(questions of the sample).
  package init(
    _ sighting: Sighting, sample: [Question], action: SearchAction, filter: FilterIdentity, label: (Int) -> String?
  ) {
    self.init()
    id = sighting.chain.description
    began = AuditTime(milliseconds: sighting.first.time).text
    questions = sighting.length
    self.action = action.rawValue
    clients = Array(sighting.clients.prefix(Self.maxClients))
    self.filter = filter.recorded
    let first = sighting.first.fingerprint
    self.sample = sample.prefix(Self.maxQuestions).enumerated().map { place, question in
      var recorded = RecordedQuestion(question, distanceFrom: first, label: label)
      recorded.number = Self.number(place, of: sample.count, questions: sighting.length)
      return recorded
    }
  }

  /// Where a question stands in the search. A full sample ends with the last questions, and they are counted from there.
  private static func number(_ place: Int, of sample: Int, questions: Int) -> Int {
    guard sample >= maxQuestions, place >= firstQuestions else { return place + 1 }
    return max(place + 1, questions - sample + place + 1)
  }

  /// How many of a full sample are the first ones of the search.
  static let firstQuestions = 8
}

extension RecordedQuestion {
  fileprivate init(_ question: Question, distanceFrom first: Fingerprint, label: (Int) -> String?) {
    self.init()
    time = AuditTime(milliseconds: question.time).text
    request = question.record
    client = question.client
    topClass = question.answer.label
    self.label = question.answer.label.flatMap(label).map {
      String(String.UnicodeScalarView($0.unicodeScalars.prefix(Self.longestLabel)))
    }
    score = question.answer.score.map { Double($0) }
    outcome = question.answer.outcome.verdict
    distance = min(question.fingerprint.distance(to: first), question.fingerprint.mirrored.distance(to: first))
    pixels = question.fingerprint.bytes
  }
}

extension Answer.Outcome {
  fileprivate var verdict: Verdict.Outcome {
    switch self {
    case .clean: .clean
    case .adversarial: .adversarial
    case .failed: .failed
    }
  }
}

extension AuditTime {
  /// - Parameters:
  ///   - milliseconds: since 1970; what lies outside the years that records can have becomes the nearest that does not.
  fileprivate init(milliseconds: Int64) {
    self.init(microseconds: Int(min(max(milliseconds, 0), Self.lastMillisecond)) * 1000)
  }

  /// The end of the year 9999.
  private static let lastMillisecond: Int64 = 253_402_300_799_999
}
