/// All chains that are remembered: what `QueryMemory` guards.
struct RememberedChains: Sendable {
  private let bounds: QueryMemory.Bounds
  private let rule: SearchRule
  private var index = QuestionIndex()
  private var chains = RecencyList<QuestionChain>()
  private var places: [ChainID: Int] = [:]
  /// Questions that are kept.
  private var kept = 0
  /// The latest time that was told; a clock that goes back a little stands still, and one that was ahead is followed back.
  private var now: Int64 = 0

  /// Chains that are forgotten for their age with each question: more than can be added.
  private static let forgottenAtOnce = 16

  init(_ bounds: QueryMemory.Bounds, _ rule: SearchRule) {
    self.bounds = bounds
    self.rule = rule
  }

  var size: QueryMemory.Size { QueryMemory.Size(questions: kept, chains: chains.count) }

  /// - Parameters:
  ///   - isOwn: whether this gateway was asked.
  mutating func note(_ question: Question, at time: Int64, isOwn: Bool) -> Sighting {
    now = isOwn && isApart(now, time) ? time : max(now, time)
    forgetOld()
    let look = Look(question.fingerprint)
    let sighting = extend(with: question, look, isOwn: isOwn) ?? begin(with: question, look)
    while kept > bounds.questions, chains.count > 1, let oldest = chains.oldest { forget(oldest) }
    return sighting
  }

  func questions(of chain: ChainID) -> [Question]? { places[chain].flatMap { chains[$0]?.sample.questions } }

  /// `nil` where no chain is near.
  private mutating func extend(with question: Question, _ look: Look, isOwn: Bool) -> Sighting? {
    // No more than so many: each costs a look-up, and everybody waits.
    for _ in 0..<Self.forgottenAtOnce {
      guard let match = index.nearest(to: look.plain, mirrored: look.mirrored) else { return nil }
      guard isOld(match.member) else { return extend(match, with: question, look, isOwn: isOwn) }
      forget(match.member)
    }
    return nil
  }

  private mutating func extend(
    _ match: QuestionIndex.Match, with question: Question, _ look: Look, isOwn: Bool
  ) -> Sighting? {
    guard var chain = chains.take(match.member) else { return nil }
    let before = chain.kept
    let isRepeat = chain.repeats(question)
    let step = QuestionChain.Step(
      question: question, look: look, time: now, anchor: anchor(match, look, of: &chain),
      distanceToFirst: look.distance(to: NormalizedFingerprint(chain.first.fingerprint)), isRepeat: isRepeat)
    chain.add(step, by: rule)
    let becameSearch = isOwn && chain.takeNotice()
    kept += chain.kept - before
    chains.put(chain, at: match.member)
    return Sighting(chain, step, distance: match.distance, becameSearch: becameSearch)
  }

  /// The anchor that a question is nearest to; it becomes one itself where it is too far from all.
  private mutating func anchor(
    _ match: QuestionIndex.Match, _ look: Look, of chain: inout QuestionChain
  ) -> Int32 {
    guard match.distance > AnchorRing.distance else { return match.place }
    let place = index.insert(look.plain, member: match.member)
    if let old = chain.addAnchor(place) { index.remove(old) }
    return place
  }

  private mutating func begin(with question: Question, _ look: Look) -> Sighting {
    let member = chains.nextNumber
    let chain = QuestionChain(
      beginningWith: question, at: now, anchor: index.insert(look.plain, member: member))
    chains.add(chain)
    kept += chain.kept
    places[chain.id] = member
    return Sighting(
      chain: chain.id, length: 1, isSearch: false, becameSearch: false, first: question, distance: 0,
      distanceToFirst: 0, isRepeat: false, clients: chain.clients, concernsAsker: false)
  }

  private func isOld(_ member: Int) -> Bool {
    chains[member].map { isApart(now, $0.lastTime) } ?? true
  }

  /// Whether more than the age lies between two times, whatever clocks say.
  private func isApart(_ time: Int64, _ other: Int64) -> Bool {
    let (difference, overflows) = time.subtractingReportingOverflow(other)
    return overflows || difference.magnitude > UInt64(bounds.age)
  }

  private mutating func forgetOld() {
    for _ in 0..<Self.forgottenAtOnce {
      guard let oldest = chains.oldest, isOld(oldest) else { return }
      forget(oldest)
    }
  }

  private mutating func forget(_ member: Int) {
    guard let chain = chains.remove(member) else { return }
    for place in chain.anchors.places { index.remove(place) }
    kept -= chain.kept
    if places[chain.id] == member { places[chain.id] = nil }
  }
}

extension Sighting {
  fileprivate init(_ chain: QuestionChain, _ step: QuestionChain.Step, distance: Double, becameSearch: Bool) {
    self.init(
      chain: chain.id, length: chain.length, isSearch: chain.isSearch, becameSearch: becameSearch, first: chain.first,
      distance: distance, distanceToFirst: step.distanceToFirst, isRepeat: step.isRepeat, clients: chain.clients,
      concernsAsker: chain.concerns(step.question.client))
  }
}
