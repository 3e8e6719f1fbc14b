import Common
import FilterPipeline
import StatefulDetection

/// How a search went, as far as its record has a sample of it: what a table, a plot and a sentence say.
package struct SearchCourse: Sendable {
  package let search: RecordedSearch
  /// At most `RecordedSearch.maxQuestions`.
  package let questions: [RecordedQuestion]
  /// The places in `questions` whose class is another than that of the one before.
  package let changes: Set<Int>

  package init(_ search: RecordedSearch) {
    self.search = search
    questions = Array(search.sample.prefix(RecordedSearch.maxQuestions))
    var changes: Set<Int> = []
    for (place, pair) in zip(questions, questions.dropFirst()).enumerated() {
      if let before = pair.0.topClass, let after = pair.1.topClass, before != after { changes.insert(place + 1) }
    }
    self.changes = changes
  }

  /// How many questions lie between one of the sample and the one before it, that the sample leaves out.
  package func omitted(before place: Int) -> Int {
    guard place > 0, place < questions.count, let before = questions[place - 1].number,
      let here = questions[place].number
    else { return 0 }
    let (gap, isTooLarge) = here.subtractingReportingOverflow(before)
    return isTooLarge ? 0 : max(1, gap) - 1
  }

  /// From the least score to the greatest; `nil` where none is known.
  package var scores: ClosedRange<Double>? {
    let scores = questions.compactMap(\.score)
    guard let least = scores.min(), let most = scores.max() else { return nil }
    return least...most
  }

  package func count(_ outcome: Verdict.Outcome) -> Int { questions.count { $0.outcome == outcome } }

  /// What happened, in a sentence or two.
  package var text: String {
    let number = search.questions ?? questions.count
    let clients = search.clients.count > 1 ? " from \(search.clients.count) clients" : ""
    let asked = "\(number) \(number == 1 ? "question" : "questions")\(clients) about nearly the same image."
    return ([asked] + [moved, flagged, answered].compactMap(\.self)).joined(separator: " ")
  }

  /// What the sample is of the search: all, or its beginning and its end.
  private var scope: String {
    questions.count < search.questions ?? 0 ? "In the \(questions.count) that are recorded here, the" : "The"
  }

  private var moved: String? {
    guard let scores else { return nil }
    func text(_ score: Double) -> String { JSONValue.number(score, decimals: 4).text }
    let range =
      scores.lowerBound == scores.upperBound
      ? "stayed at \(text(scores.lowerBound))"
      : "moved between \(text(scores.lowerBound)) and \(text(scores.upperBound))"
    let classes = changes.count == 1 ? "changed once" : changes.isEmpty ? "stayed" : "changed \(changes.count) times"
    return "\(scope) score \(range), and the class \(classes)."
  }

  /// What the gateway does with questions of those who search.
  private var answered: String? {
    switch search.knownAction {
    case .silent: "The answers stayed as they were."
    case .freeze: "Whoever searches is answered like the first time."
    case .slow: "Whoever searches is answered later."
    case .refuse: "Whoever searches is refused."
    case .off, nil: nil
    }
  }

  private var flagged: String? {
    let count = count(.adversarial)
    guard count > 0 else { return nil }
    return "The filter flagged \(count) of the \(questions.count)."
  }
}
