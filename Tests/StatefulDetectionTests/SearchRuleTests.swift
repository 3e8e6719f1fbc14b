import StatefulDetection
import TestSupport
import Testing

/// What is a search, and what is not, as whole sequences of questions.
@Suite struct SearchRuleTests {
  /// Asks, and gives the number of the question by which a search was noticed.
  private static func noticed(_ questions: some Sequence<Question>, rule: SearchRule = SearchRule()) -> Int? {
    let memory = QueryMemory(rule: rule)
    for (number, question) in questions.enumerated() where memory.note(question).becameSearch { return number + 1 }
    return nil
  }

  private static func question(
    _ fingerprint: Fingerprint, _ number: Int, label: Int = 0, logOdds: Float = 2, client: String? = "a",
    filter: UInt64 = 1, outcome: Answer.Outcome = .clean
  ) -> Question {
    Question(
      record: "r\(number)", client: client, time: Int64(number), fingerprint: fingerprint,
      answer: Answer(outcome: outcome, label: label, score: 0.9, logOdds: logOdds, filter: filter))
  }

  private static func around(_ seed: Int, _ number: Int) -> Fingerprint {
    Pictures.noisy(Pictures.picture(seed), 1, seed: number)
  }

  // MARK: searches

  @Test func asksOnBothSidesOfABoundary() {
    let questions = (0..<200).map { Self.question(Self.around(1, $0), $0, label: $0 % 2) }
    #expect(Self.noticed(questions) == 17)
  }

  @Test func asksOnBothSidesOfTheFilter() {
    let questions = (0..<200).map {
      Self.question(Self.around(1, $0), $0, outcome: $0 % 4 == 0 ? .clean : .adversarial)
    }
    #expect(Self.noticed(questions) == 33)
  }

  @Test func lowersTheScoreStepByStep() throws {
    // A third of the tries lowers it.
    let questions = (0..<400).map {
      Self.question(Self.around(1, $0), $0, logOdds: 4 - Float($0 / 3) * 0.05 + ($0 % 3 == 0 ? 0 : 0.5))
    }
    let number = try #require(Self.noticed(questions))
    #expect((40...100).contains(number))
  }

  /// One answer with another label, before or after the first question, keeps nothing from being seen.
  @Test(arguments: [0, 1])
  func lowersTheScoreBehindADecoy(place: Int) throws {
    var questions = (0..<400).map {
      Self.question(Self.around(1, $0), $0, logOdds: 4 - Float($0 / 3) * 0.05 + ($0 % 3 == 0 ? 0 : 0.5))
    }
    questions.insert(Self.question(Self.around(1, 1000), 1000, label: 1, logOdds: 6), at: place)
    let number = try #require(Self.noticed(questions))
    #expect((40...100).contains(number))
  }

  /// A chain that begins beside the picture that is meant, farther away than the limit.
  @Test func beginsBesideThePicture() throws {
    let picture = Pictures.picture(1)
    let distance: (Fingerprint, Fingerprint) -> Double = {
      let squares = NormalizedFingerprint($0).squaredDistance(to: NormalizedFingerprint($1))
      return (Double(squares) / Double(NormalizedFingerprint.byteCount)).squareRoot()
    }
    let halfway = try #require(
      (1...120).last { distance(Self.slanted(picture, $0), picture) <= 5 }.map { Self.slanted(picture, $0) })
    let beside = try #require(
      (1...120).map { Self.slanted(picture, $0) }.first { distance($0, picture) > 7 && distance($0, halfway) <= 5.9 })
    let search = (0..<400).map {
      Self.question(Self.around(1, $0), $0, logOdds: 4 - Float($0 / 3) * 0.05 + ($0 % 3 == 0 ? 0 : 0.5))
    }
    let number = try #require(
      Self.noticed([Self.question(beside, 1000), Self.question(halfway, 1001)] + search))
    #expect((40...100).contains(number))
  }

  /// A few steps elsewhere and back do not make it forget around which picture most was asked.
  @Test func walksAwayInBetween() {
    var seed = 0
    func walk(_ from: Int, _ to: Int) -> [Fingerprint] {
      let (first, last) = (Pictures.picture(from).bytes, Pictures.picture(to).bytes)
      return (0...40).map { step in
        let bytes = zip(first, last).map { UInt8((Int($0) * (40 - step) + Int($1) * step) / 40) }
        seed += 1
        return Pictures.noisy(Fingerprint(bytes: bytes)!, 1, seed: seed)
      }
    }
    var fingerprints = walk(3, 1)
    for round in 0..<15 {
      fingerprints += (0..<40).map { Self.around(1, 100_000 + 40 * round + $0) } + walk(1, 3) + walk(3, 1)
    }
    let questions = fingerprints.enumerated().map { Self.question($1, $0) }
    #expect(Self.noticed(questions, rule: SearchRule(many: 400)) != nil)
  }

  /// A little brighter towards one side.
  private static func slanted(_ picture: Fingerprint, _ strength: Int) -> Fingerprint {
    let row = Fingerprint.side * Fingerprint.channels
    let bytes = picture.bytes.enumerated().map { place, level -> UInt8 in
      let column = place % row / Fingerprint.channels
      return UInt8(min(max(Int(level) + (column * 2 - Fingerprint.side) * strength / Fingerprint.side, 0), 255))
    }
    return Fingerprint(bytes: bytes) ?? picture
  }

  /// Those who ask about the picture of somebody else's search have done nothing.
  @Test func concernsWhoSearches() {
    let memory = QueryMemory()
    var last: Sighting?
    for number in 0..<60 {
      last = memory.note(Self.question(Self.around(1, number), number, label: number % 2, client: "a"))
    }
    #expect(last?.isSearch == true && last?.concernsAsker == true)
    let other = memory.note(Self.question(Self.around(1, 60), 60, client: "b"))
    #expect(other.isSearch && !other.concernsAsker)
  }

  /// However long somebody searches, by labels or by scores, the others are not taken for part of it.
  @Test(arguments: [true, false])
  func sparesWhoAsksAboutTheSamePicture(isBlind: Bool) {
    let memory = QueryMemory()
    for number in 0..<800 {
      let step = number % 3
      let question = Self.question(
        Self.around(1, number), number, label: isBlind ? number % 2 : 0,
        logOdds: isBlind ? 2 : 4 - Float(number / 3) * 0.05 + (step == 0 ? 0 : 0.5), client: "a")
      _ = memory.note(question)
      let other = memory.note(Self.question(Self.around(1, 10_000 + number), number, client: "b"))
      #expect(!other.concernsAsker, "\(number)")
    }
    #expect(memory.note(Self.question(Self.around(1, 900), 900, client: "a")).concernsAsker)
  }

  /// A search that only many together show is that of those who did their share. Nobody who asks for the first time is held to be
  /// one of them, however many ask in between.
  @Test(arguments: [5, 7])
  func sparesWhoOnlyAsksBesideMany(searchers: Int) throws {
    let memory = QueryMemory()
    var (number, last) = (0, nil as Sighting?)
    func ask(_ client: String, label: Int) -> Sighting {
      number += 1
      return memory.note(Self.question(Self.around(1, number), number, label: label, client: client))
    }
    for searcher in 0..<searchers {
      for step in 0..<15 { last = ask("c\(searcher)", label: step % 2) }
    }
    #expect(last?.isSearch == true)
    for bystander in 0..<20 {
      let sighting = ask("b\(bystander)", label: bystander % 2)
      #expect(sighting.isSearch && !sighting.concernsAsker, "\(bystander)")
    }
    for searcher in 0..<searchers { #expect(ask("c\(searcher)", label: 0).concernsAsker, "\(searcher)") }
  }

  /// Where very many questions are a search by themselves, the first of a client is none of them.
  @Test func sparesTheFirstQuestionBesideMany() {
    let memory = QueryMemory(rule: SearchRule(many: 4))
    let sightings = (0..<32).map {
      memory.note(Self.question(Self.around(1, $0), $0, client: "c\($0 % 8)"))
    }
    #expect(sightings[31].isSearch && sightings[31].concernsAsker)
    let newcomer = memory.note(Self.question(Self.around(1, 100), 100, client: "b"))
    #expect(newcomer.isSearch && !newcomer.concernsAsker)
  }

  @Test func isSeenBehindManyWhoAskedBefore() {
    let before = (0..<30).map { Self.question(Self.around(1, $0), $0, client: "c\($0)") }
    let search = (30..<200).map { Self.question(Self.around(1, $0), $0, label: $0 % 2, client: "a") }
    #expect(Self.noticed(before + search).map { $0 <= 30 + 18 } == true)
  }

  /// Gateways with filters of their own share what they remember, and a search goes to each of them in turn.
  @Test func goesToTwoFiltersInTurn() {
    let questions = (0..<200).map {
      Self.question(Self.around(1, $0), $0, label: $0 / 2 % 2, filter: UInt64($0 % 2))
    }
    #expect(Self.noticed(questions).map { $0 <= 36 } == true)
  }

  /// Pixels that change and leave every mean as it is, far from the boundary, where scores are all one.
  @Test func changesWhatAFingerprintDoesNotShow() {
    let questions = (0..<200).map { Self.question(Self.around(1, 0), $0, logOdds: 12 - Float($0) * 0.02) }
    #expect(Self.noticed(questions, rule: SearchRule(many: 100)) == 100)
  }

  /// Noise that takes each question beyond the range of an anchor.
  @Test func asksWithMuchNoise() {
    let questions = (0..<200).map {
      Self.question(Pictures.noisy(Pictures.picture(1), 1 + $0 % 2 * 19, seed: $0), $0, label: $0 % 2)
    }
    #expect(Self.noticed(questions).map { (33...80).contains($0) } == true)
  }

  @Test func mirrorsEverySecondQuestion() {
    let questions = (0..<200).map {
      Self.question($0 % 2 == 0 ? Self.around(1, $0) : Self.around(1, $0).mirrored, $0, label: $0 % 2)
    }
    #expect(Self.noticed(questions) == 17)
  }

  @Test func hidesBetweenOtherPictures() {
    let questions = (0..<2000).map { number in
      number % 20 == 0
        ? Self.question(Self.around(1, number), number, label: number / 20 % 2)
        : Self.question(Pictures.picture(100 + number), number, label: number % 7)
    }
    #expect(Self.noticed(questions) != nil)
  }

  /// Only where the operator says so: a camera that does not move asks like this.
  @Test(arguments: [(nil, nil), (2, 2), (150, 150), (500, nil)] as [(Int?, Int?)])
  func asksManyTimesWithoutAChange(many: Int?, noticed: Int?) {
    let questions = (0..<400).map { Self.question(Self.around(1, $0), $0) }
    #expect(Self.noticed(questions, rule: SearchRule(many: many)) == noticed)
    let repeats = (0..<400).map { Self.question(Self.around(1, 0), $0) }
    #expect(Self.noticed(repeats, rule: SearchRule(many: many)) == nil, "repeats are one question")
  }

  @Test(arguments: [2, 50, 1000])
  func isSharedByClients(clients: Int) {
    let questions = (0..<200).map {
      Self.question(Self.around(1, $0), $0, label: $0 % 2, client: "c\($0 * 7919 % clients)")
    }
    #expect(Self.noticed(questions) != nil)
  }

  // MARK: what is legitimate

  @Test func repeatsAreNoSteps() {
    let questions = (0..<5000).map { Self.question(Pictures.picture(1), $0, label: 3) }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func retriesOfTwoPicturesThatAreAlike() {
    let questions = (0..<5000).map { Self.question(Self.around(1, $0 % 2), $0, label: $0 % 2) }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func aShuffledSetThreeTimes() {
    var random = RepeatableRandom(seed: 1)
    let set = Array(0..<300)
    let shuffled = (0..<3).flatMap { _ in set.shuffled(using: &random) }
    let questions = shuffled.enumerated().map { Self.question(Pictures.picture($1), $0, label: $1 % 10) }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func aCameraThatDoesNotMove() {
    var random = RepeatableRandom(seed: 3)
    let questions = (0..<20_000).map {
      Self.question(Self.around(1, $0), $0, logOdds: Float.random(in: 1...3, using: &random))
    }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func aFilm() {
    // It pans from picture to picture, a hundred frames each, and is uncertain about every fourth frame.
    let questions = (0..<4000).map { number in
      let (from, to) = (Pictures.picture(number / 100).bytes, Pictures.picture(number / 100 + 1).bytes)
      let share = number % 100
      let frame = Fingerprint(
        bytes: zip(from, to).map { UInt8((Int($0) * (100 - share) + Int($1) * share) / 100) })!
      return Self.question(
        Pictures.noisy(frame, 1, seed: number), number, label: number % 4 == 0 ? 1 : 0,
        logOdds: Float(number % 57) * 0.1 - 2)
    }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func aPictureThatManySendInManyVersions() {
    let questions = (0..<60).map {
      Self.question(Self.around(1, $0), $0, label: $0 % 2, client: "c\($0)")
    }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func answersOfTwoFilters() {
    // The filter is reloaded again and again, and each says something else.
    let questions = (0..<400).map {
      Self.question(Self.around(1, $0), $0, label: $0 % 2, logOdds: -Float($0), filter: UInt64($0 % 2))
    }
    #expect(Self.noticed(questions) == nil)
  }

  @Test func picturesWithoutAClassifier() {
    let questions = (0..<2000).map { number in
      Question(
        record: "r", client: nil, time: Int64(number), fingerprint: Self.around(1, number),
        answer: Answer(outcome: .clean, filter: 1))
    }
    #expect(Self.noticed(questions) == nil)
  }
}
