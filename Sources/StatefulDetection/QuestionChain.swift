/// A chain: a question, and those that came after it and are near to one of them.
struct QuestionChain: Sendable {
  let id: ChainID
  let first: Question
  private(set) var length = 0
  private(set) var isSearch = false
  /// Whether this gateway has told of the search.
  private var isTold = false
  /// Milliseconds since 1970 of the last question, by the clock of this gateway.
  private(set) var lastTime: Int64
  /// Where its fingerprints stand in the index; the first question's is the first of them.
  private(set) var anchors: [Int32] = []
  private var nextAnchor = 1
  /// Those that came after the first.
  private var early: [Question] = []
  /// The last ones, as a ring.
  private var late: [Question] = []
  private var nextLate = 0
  private var traces: QuestionTraces
  private var origins: ChainOrigins?
  /// Of all clients, but for what those did after they were known to search.
  private var evidence = FilteredEvidence()
  /// Whether the evidence of all clients together says so.
  private var isSearchOfAll = false
  private var tallies: [ClientTally] = []
  /// Of those known to search whose tallies have gone, the first few.
  private var searchers: [String] = []
  /// Of all who ask once there is no room for further tallies.
  private var glances = ClientGlances()

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

  private struct ClientTally: Sendable {
    /// `nil` for all who are not told apart.
    let name: String?
    var evidence = FilteredEvidence()
    var isSearch = false
    /// Whether it has shown enough to be part of a search of all.
    var takesPart = false
    /// The length of the chain when it asked last.
    var lastUse = 0

    /// The least goes first.
    var weight: (Int, Int) { (isSearch ? 0 : takesPart ? 2 : 1, lastUse) }
  }

  static let firstKept = 8
  static let lastKept = 56
  static let maximumAnchors = 64
  static let maximumClients = 8
  /// What is farther than this from every anchor becomes one.
  static let anchorDistance = 2.0

  init(beginningWith question: Question, at time: Int64, anchor: Int32) {
    id = ChainID(beginningWith: question)
    first = question
    lastTime = time
    length = 1
    anchors = [anchor]
    traces = QuestionTraces(beginningWith: question)
  }

  /// Fingerprints that it holds, those of the sample and of anchors, and what takes as much memory.
  var kept: Int { early.count + late.count + anchors.count + traces.charge + glances.charge }

  /// Who asked, a few of them.
  var clients: [String] {
    guard !tallies.isEmpty else { return first.client.map { [$0] } ?? [] }
    let others = tallies.compactMap(\.name).filter { !searchers.contains($0) }
    return Array((searchers + others).prefix(Self.maximumClients))
  }

  /// The first questions, and the last ones, in order.
  var sample: [Question] {
    [first] + early + late[nextLate...] + late[..<nextLate]
  }

  /// Whether it only says again what the chain was asked not long ago: the same fingerprint with the same answer.
  func repeats(_ question: Question) -> Bool { traces.contains(question) }

  /// Whether the chain is a search that is to be told of now: once, with a question that this gateway was asked.
  mutating func isToBeTold() -> Bool {
    guard isSearch, !isTold else { return false }
    isTold = true
    return true
  }

  /// Adds a question after the first.
  mutating func add(_ step: Step, by rule: SearchRule) {
    length += 1
    lastTime = step.time
    guard !step.isRepeat else { return }
    if tallies.isEmpty { weigh(first.answer, of: first.client, anchor: anchors[0], origins: [0]) }
    keep(step.question)
    let (answer, client) = (step.question.answer, step.question.client)
    let shown = weigh(answer, of: client, anchor: step.anchor, origins: origins(near: step.look))
    if tallies.count >= Self.maximumClients { glances.note(answer, of: client, by: rule) }
    if let own = shown.own {
      if rule.isSearch(own.evidence, isOfOne: true) { tallies[own.place].isSearch = true }
      if rule.isPart(own.evidence) { tallies[own.place].takesPart = true }
    }
    if tallies.count > 1, let all = shown.all, rule.isSearch(all, isOfOne: false) { isSearchOfAll = true }
    isSearch = isSearch || isSearchOfAll || shown.own.map { tallies[$0.place].isSearch } ?? false
  }

  /// Whether a client's own questions are a search, or a part of that of all: others who ask about the same picture have done
  /// nothing, and nobody else's questions can change what they are answered.
  func concerns(_ client: String?) -> Bool {
    let glance = glances[client]
    return glance?.isSearch == true || isSearchOfAll && glance?.takesPart == true
      || tallies.contains { $0.name == client && ($0.isSearch || isSearchOfAll && $0.takesPart) }
  }

  /// What was seen around an origin that is replaced goes with it.
  private mutating func origins(near look: Look) -> [Int] {
    var origins = self.origins ?? ChainOrigins(NormalizedFingerprint(first.fingerprint))
    let (numbers, replaced) = origins.near(look)
    self.origins = origins
    if let replaced {
      evidence.forget(origin: replaced)
      for place in tallies.indices { tallies[place].evidence.forget(origin: replaced) }
    }
    return numbers
  }

  private typealias OwnEvidence = (place: Int, evidence: SearchEvidence)

  /// What one who searches does is not held against the others: to all together it counts no more.
  ///
  /// - Returns: what the client has shown, with the place of its tally, `nil` for one that has none; and what all have shown,
  ///   `nil` where nothing was added to that.
  @discardableResult
  private mutating func weigh(
    _ answer: Answer, of client: String?, anchor: Int32, origins: [Int]
  ) -> (own: OwnEvidence?, all: SearchEvidence?) {
    let place = place(of: client)
    let isKnown = place.map { tallies[$0].isSearch } ?? true
    let all = isKnown ? nil : evidence.note(answer, anchor: anchor, origins: origins)
    let own = place.map { ($0, tallies[$0].evidence.note(answer, anchor: anchor, origins: origins)) }
    return (own, all)
  }

  /// Where there are too many clients, one goes: of those who are known to search, for whom a glance is enough, then of those who
  /// take no part, who may be as many as the searchers like, the one that has not asked for longest.
  ///
  /// - Returns: `nil` for a client that has no tally and is known to search.
  private mutating func place(of client: String?) -> Int? {
    var place = tallies.firstIndex { $0.name == client }
    if place == nil, tallies.count < Self.maximumClients {
      tallies.append(ClientTally(name: client))
      place = tallies.count - 1
    } else if place == nil, glances[client]?.isSearch != true {
      place = tallies.indices.min { tallies[$0].weight < tallies[$1].weight }
      if let place {
        remember(tallies[place])
        tallies[place] = ClientTally(name: client)
      }
    }
    if let place { tallies[place].lastUse = length }
    return place
  }

  /// What is known of a client whose tally goes.
  private mutating func remember(_ tally: ClientTally) {
    glances.keep(isSearch: tally.isSearch, takesPart: tally.takesPart, of: tally.name)
    guard tally.isSearch, let name = tally.name, searchers.count < Self.maximumClients else { return }
    if !searchers.contains(name) { searchers.append(name) }
  }

  private mutating func keep(_ question: Question) {
    traces.insert(question)
    if early.count < Self.firstKept - 1 {
      early.append(question)
    } else if late.count < Self.lastKept {
      late.append(question)
    } else {
      late[nextLate] = question
      nextLate = (nextLate + 1) % Self.lastKept
    }
  }

  /// Notes where a further fingerprint stands in the index.
  ///
  /// - Returns: the anchor that goes for it: the oldest but the first.
  mutating func addAnchor(_ place: Int32) -> Int32? {
    guard anchors.count >= Self.maximumAnchors else {
      anchors.append(place)
      return nil
    }
    let old = anchors[nextAnchor]
    anchors[nextAnchor] = place
    nextAnchor = nextAnchor + 1 < Self.maximumAnchors ? nextAnchor + 1 : 1
    evidence.forget(anchor: old)
    for place in tallies.indices { tallies[place].evidence.forget(anchor: old) }
    return old
  }
}
