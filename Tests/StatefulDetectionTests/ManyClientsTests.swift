import StatefulDetection
import Testing

/// More clients ask about a picture than a chain keeps tallies of. Their number is odd, so that none is always answered alike.
@Suite struct ManyClientsTests {
  /// Questions of one chain, which cross a boundary each time.
  private final class Chain {
    private let memory = QueryMemory()
    private var count = 0
    var size: Int { memory.size.questions }

    func ask(_ client: String, label: Int? = nil, logOdds: Float = 2) -> Sighting {
      count += 1
      return memory.note(
        Question(
          record: "r\(count)", client: client, time: Int64(count),
          fingerprint: Pictures.noisy(Pictures.picture(1), 1, seed: count),
          answer: Answer(outcome: .clean, label: label ?? count % 2, score: 0.9, logOdds: logOdds, filter: 1)))
    }
  }

  /// Clients who search and are not needed any more hide nobody who comes after them.
  @Test(arguments: [8, 12, 300])
  func spentClientsHideNobody(count: Int) {
    let chain = Chain()
    for spent in 0..<count {
      for _ in 0..<20 { _ = chain.ask("spent \(spent)") }
    }
    let sightings = (0..<40).map { _ in chain.ask("main") }
    #expect(sightings.suffix(20).allSatisfy { $0.isSearch && $0.concernsAsker })
    #expect(chain.ask("spent \(count - 1)").concernsAsker, "who was known to search still is")
  }

  /// However many ask in turn, what each has shown adds up.
  @Test(arguments: [9, 51, 255])
  func whoAsksInTurnIsKnown(clients: Int) {
    let chain = Chain()
    let sightings = (0..<12 * clients).map { chain.ask("c\($0 % clients)") }
    #expect(!sightings.prefix(63).contains { $0.concernsAsker })
    #expect(sightings.suffix(clients).allSatisfy { $0.isSearch && $0.concernsAsker })
    #expect(!chain.ask("newcomer").concernsAsker)
  }

  /// Names that ask a little first, as many as there is room for, do not keep those out who come after them.
  @Test func namesThatAreSpentLeaveRoom() {
    let chain = Chain()
    for spent in 0..<300 {
      for _ in 0..<4 { _ = chain.ask("spent \(spent)") }
    }
    let sightings = (0..<200).map { chain.ask("c\($0 % 9)") }
    #expect(sightings.suffix(100).allSatisfy { $0.concernsAsker })
  }

  /// Who asks between the others' questions is known as well.
  @Test func othersInBetweenHideNobody() {
    let chain = Chain()
    var last: Sighting?
    for round in 0..<100 {
      for other in 0..<8 { _ = chain.ask("other \(round) \(other)") }
      last = chain.ask("main")
    }
    #expect(last?.concernsAsker == true)
  }

  /// Two questions feel their way, and the third goes down: sixteen clients do so in turn, and each is known from its own falls.
  @Test func whoLowersAScoreInTurnIsKnown() {
    let chain = Chain()
    let sightings = (0..<480).map { number in
      chain.ask("c\(number % 16)", label: 1, logOdds: 20 - Float(number) * 0.02 + (number % 3 == 2 ? 0 : 1))
    }
    #expect(!sightings.prefix(48).contains { $0.concernsAsker })
    #expect(sightings.suffix(16).allSatisfy { $0.isSearch && $0.concernsAsker })
    #expect(!chain.ask("newcomer", label: 1).concernsAsker)
  }

  /// A searcher whose helpers take all tallies is still one of those who are named.
  @Test func searchersAreNamed() {
    let chain = Chain()
    for _ in 0..<18 { _ = chain.ask("searcher") }
    for helper in 0..<10 { _ = chain.ask("helper \(helper)") }
    #expect(chain.ask("searcher").clients.first == "searcher")
  }

  /// Ordinary chains take no more memory, and those of many clients have an end.
  @Test(arguments: [(1, 80), (7, 80), (5000, 208)])
  func whatIsKnownOfThemIsCharged(clients: Int, size: Int) {
    let chain = Chain()
    for number in 0..<5000 { _ = chain.ask("c\(number % clients)") }
    #expect(chain.size == size)
  }
}
