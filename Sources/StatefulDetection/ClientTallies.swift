/// What the clients of a chain have shown: each by itself, as far as there is room, and all together.
struct ClientTallies: Sendable {
  private struct Tally: Sendable {
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

  /// A question's answer, and what it is evidence of.
  struct Step: Sendable {
    let answer: Answer
    let client: String?
    /// The anchor that the question is nearest to.
    let anchor: Int32
    /// The numbers of the origins that it is near to.
    let origins: [Int]
    /// The length of the chain.
    let length: Int
  }

  private typealias OwnEvidence = (place: Int, evidence: SearchEvidence)

  static let maximum = 8

  private var tallies: [Tally] = []
  /// Of all clients, but for what those did after they were known to search.
  private var evidence = FilteredEvidence()
  /// Whether the evidence of all clients together says so.
  private var isSearchOfAll = false
  /// Of those known to search whose tallies have gone, the first few.
  private var searchers: [String] = []
  /// Of all who ask once there is no room for further tallies.
  private var glances = ClientGlances()

  var isEmpty: Bool { tallies.isEmpty }

  /// Fingerprints that would take as much memory, beyond what every chain takes.
  var charge: Int { glances.charge }

  /// Who asked, a few of them.
  var names: [String] {
    let others = tallies.compactMap(\.name).filter { !searchers.contains($0) }
    return Array((searchers + others).prefix(Self.maximum))
  }

  /// Enters the first question, which by itself is evidence of nothing.
  mutating func begin(with step: Step) { weigh(step) }

  /// Enters a further question.
  ///
  /// - Returns: whether it is part of a search: its client's, or that of all.
  mutating func note(_ step: Step, by rule: SearchRule) -> Bool {
    let shown = weigh(step)
    if tallies.count >= Self.maximum { glances.note(step.answer, of: step.client, by: rule) }
    if let own = shown.own {
      if rule.isSearch(own.evidence, isOfOne: true) { tallies[own.place].isSearch = true }
      if rule.isPart(own.evidence) { tallies[own.place].takesPart = true }
    }
    if tallies.count > 1, let all = shown.all, rule.isSearch(all, isOfOne: false) { isSearchOfAll = true }
    return isSearchOfAll || shown.own.map { tallies[$0.place].isSearch } ?? false
  }

  /// Whether a client's own questions are a search, or a part of that of all: others who ask about the same picture have done
  /// nothing, and nobody else's questions can change what they are answered.
  func concerns(_ client: String?) -> Bool {
    let glance = glances[client]
    return glance?.isSearch == true || isSearchOfAll && glance?.takesPart == true
      || tallies.contains { $0.name == client && ($0.isSearch || isSearchOfAll && $0.takesPart) }
  }

  /// What was seen around an origin that is replaced goes with it.
  mutating func forget(origin: Int) {
    evidence.forget(origin: origin)
    for place in tallies.indices { tallies[place].evidence.forget(origin: origin) }
  }

  mutating func forget(anchor: Int32) {
    evidence.forget(anchor: anchor)
    for place in tallies.indices { tallies[place].evidence.forget(anchor: anchor) }
  }

  /// What one who searches does is not held against the others: to all together it counts no more.
  ///
  /// - Returns: what the client has shown, with the place of its tally, `nil` for one that has none; and what all have shown,
  ///   `nil` where nothing was added to that.
  @discardableResult
  private mutating func weigh(_ step: Step) -> (own: OwnEvidence?, all: SearchEvidence?) {
    let (answer, anchor, origins) = (step.answer, step.anchor, step.origins)
    let place = claimTally(for: step.client, at: step.length)
    let isKnown = place.map { tallies[$0].isSearch } ?? true
    let all = isKnown ? nil : evidence.note(answer, anchor: anchor, origins: origins)
    let own = place.map { ($0, tallies[$0].evidence.note(answer, anchor: anchor, origins: origins)) }
    return (own, all)
  }

  /// Where there are too many clients, one goes: of those who are known to search, for whom a glance is enough, then of those who
  /// take no part, who may be as many as the searchers like, the one that has not asked for longest.
  ///
  /// - Returns: `nil` for a client that has no tally and is known to search.
  private mutating func claimTally(for client: String?, at length: Int) -> Int? {
    var place = tallies.firstIndex { $0.name == client }
    if place == nil, tallies.count < Self.maximum {
      tallies.append(Tally(name: client))
      place = tallies.count - 1
    } else if place == nil, glances[client]?.isSearch != true {
      place = tallies.indices.min { tallies[$0].weight < tallies[$1].weight }
      if let place {
        remember(tallies[place])
        tallies[place] = Tally(name: client)
      }
    }
    if let place { tallies[place].lastUse = length }
    return place
  }

  /// What is known of a client whose tally goes.
  private mutating func remember(_ tally: Tally) {
    glances.keep(isSearch: tally.isSearch, takesPart: tally.takesPart, of: tally.name)
    guard tally.isSearch, let name = tally.name, searchers.count < Self.maximum else { return }
    if !searchers.contains(name) { searchers.append(name) }
  }
}
