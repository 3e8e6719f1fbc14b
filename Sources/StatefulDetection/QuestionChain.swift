/// A chain: a question, and those that came after it and are near to one of them.
struct QuestionChain: Sendable {
  let id: ChainID
  private(set) var length = 1
  private(set) var isSearch = false
  /// Whether this gateway has told of the search.
  private var isTold = false
  /// Milliseconds since 1970 of the last question, by the clock of this gateway.
  private(set) var lastTime: Int64
  private(set) var sample: QuestionSample
  private(set) var anchors: AnchorRing
  private var traces: QuestionTraces
  private var origins: ChainOrigins?
  private var tallies = ClientTallies()

  /// A question on its way into a chain.
  struct Step: Sendable {
    let question: Question
    let look: Look
    /// By the clock of this gateway.
    let time: Int64
    /// The anchor that it is nearest to.
    let anchor: Int32
    let distanceToFirst: Double
    let isRepeat: Bool
  }

  init(beginningWith question: Question, at time: Int64, anchor: Int32) {
    id = ChainID(beginningWith: question)
    lastTime = time
    sample = QuestionSample(beginningWith: question)
    anchors = AnchorRing(beginningWith: anchor)
    traces = QuestionTraces(beginningWith: question)
  }

  var first: Question { sample.first }

  /// Fingerprints that it holds, those of the sample and of anchors, and what takes as much memory.
  var kept: Int { sample.kept + anchors.places.count + traces.charge + tallies.charge }

  /// Who asked, a few of them.
  var clients: [String] { tallies.isEmpty ? first.client.map { [$0] } ?? [] : tallies.names }

  /// Whether it only says again what the chain was asked not long ago: the same fingerprint with the same answer.
  func repeats(_ question: Question) -> Bool { traces.contains(question) }

  /// Whether a client's own questions are a search, or a part of that of all.
  func concerns(_ client: String?) -> Bool { tallies.concerns(client) }

  /// Takes the notice that the chain is a search: there is one, which is told with a question that this gateway was asked.
  ///
  /// - Returns: whether it was still there.
  mutating func takeNotice() -> Bool {
    guard isSearch, !isTold else { return false }
    isTold = true
    return true
  }

  /// Adds a question after the first.
  mutating func add(_ step: Step, by rule: SearchRule) {
    length += 1
    lastTime = step.time
    guard !step.isRepeat else { return }
    if tallies.isEmpty { tallies.begin(with: tallied(first, anchor: anchors.first, origins: [0])) }
    traces.insert(step.question)
    sample.add(step.question)
    let near = origins(near: step.look)
    if tallies.note(tallied(step.question, anchor: step.anchor, origins: near), by: rule) { isSearch = true }
  }

  /// Notes where a further fingerprint stands in the index.
  ///
  /// - Returns: the anchor that goes for it: the oldest but the first.
  mutating func addAnchor(_ place: Int32) -> Int32? {
    let old = anchors.add(place)
    if let old { tallies.forget(anchor: old) }
    return old
  }

  private func tallied(_ question: Question, anchor: Int32, origins: [Int]) -> ClientTallies.Step {
    ClientTallies.Step(
      answer: question.answer, client: question.client, anchor: anchor, origins: origins, length: length)
  }

  /// The origins that a question is near to.
  private mutating func origins(near look: Look) -> [Int] {
    var origins = self.origins ?? ChainOrigins(NormalizedFingerprint(first.fingerprint))
    let (numbers, replaced) = origins.near(look)
    self.origins = origins
    if let replaced { tallies.forget(origin: replaced) }
    return numbers
  }
}
