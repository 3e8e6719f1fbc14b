import StatefulDetection
import TestSupport
import Testing

@Suite struct QueryMemoryTests {
  private static func question(
    _ fingerprint: Fingerprint, _ number: Int, time: Int64? = nil, label: Int = 0, client: String? = "a"
  ) -> Question {
    Question(
      record: "r\(number)", client: client, time: time ?? Int64(number), fingerprint: fingerprint,
      answer: Answer(outcome: .clean, label: label, score: 0.5, logOdds: 0, filter: 1))
  }

  @Test func tellsTheChainOfAQuestion() {
    let memory = QueryMemory()
    let first = memory.note(Self.question(Pictures.picture(1), 1))
    #expect(first.length == 1 && first.distance == 0 && !first.isSearch && !first.isRepeat && first.clients == ["a"])
    let near = memory.note(Self.question(Pictures.noisy(Pictures.picture(1), 2, seed: 1), 2, client: "b"))
    #expect(near.chain == first.chain && near.length == 2 && near.first.record == "r1" && near.clients == ["a", "b"])
    #expect(near.distance > 0 && near.distance == near.distanceToFirst && !near.isRepeat)
    let again = memory.note(Self.question(Pictures.picture(1), 3))
    #expect(again.chain == first.chain && again.length == 3 && again.isRepeat)
    let other = memory.note(Self.question(Pictures.picture(2), 4))
    #expect(other.chain != first.chain && other.length == 1)
    #expect(memory.size.chains == 2)
  }

  @Test func aClockThatWasAheadKeepsNothingForEver() {
    let memory = QueryMemory(QueryMemory.Bounds(age: 1000))
    _ = memory.note(Self.question(Pictures.picture(1), 1, time: 1_000_000))
    #expect(memory.note(Self.question(Pictures.picture(2), 2, time: 0)).length == 1)
    #expect(memory.note(Self.question(Pictures.picture(2), 3, time: 500)).length == 2)
    #expect(memory.note(Self.question(Pictures.picture(2), 4, time: 2000)).length == 1)
  }

  @Test func keepsTheFirstAndTheLastQuestions() throws {
    let memory = QueryMemory()
    var chain: ChainID?
    for number in 0..<300 {
      chain = memory.note(Self.question(Pictures.noisy(Pictures.picture(1), 1, seed: number), number)).chain
    }
    let sample = try #require(chain.flatMap { memory.questions(of: $0) })
    #expect(sample.map(\.record) == (Array(0..<8) + Array(244..<300)).map { "r\($0)" })
    #expect(memory.questions(of: ChainID(1)) == nil)
  }

  @Test(arguments: [1, 10, 1000])
  func isBounded(questions: Int) {
    let memory = QueryMemory(QueryMemory.Bounds(questions: questions))
    for number in 0..<2000 {
      _ = memory.note(Self.question(Pictures.picture(number), number))
      #expect(memory.size.questions <= questions)
    }
    #expect(memory.size.chains <= questions)
  }

  @Test func aLongChainIsBounded() {
    let memory = QueryMemory()
    // It wanders as far as it likes.
    for number in 0..<3000 {
      let (from, to) = (Pictures.picture(number / 300).bytes, Pictures.picture(number / 300 + 1).bytes)
      let share = number % 300
      let frame = zip(from, to).map { UInt8((Int($0) * (300 - share) + Int($1) * share) / 300) }
      _ = memory.note(Self.question(Fingerprint(bytes: frame)!, number))
    }
    #expect(memory.size.questions <= 144 * memory.size.chains)
    #expect(memory.size.chains < 20)
  }

  @Test func theOldestGoFirst() {
    let memory = QueryMemory(QueryMemory.Bounds(questions: 3))
    let kept = memory.note(Self.question(Pictures.picture(0), 0)).chain
    for number in 1...8 {
      _ = memory.note(Self.question(Pictures.picture(number), 2 * number))
      // It is asked about again and again.
      #expect(memory.note(Self.question(Pictures.picture(0), 2 * number + 1)).chain == kept)
    }
    #expect(memory.note(Self.question(Pictures.picture(1), 99)).length == 1)
  }

  @Test func forgetsAfterAWhile() {
    let memory = QueryMemory(QueryMemory.Bounds(age: 1000))
    func length(_ time: Int64) -> Int { memory.note(Self.question(Pictures.picture(1), 1, time: time)).length }
    #expect(length(0) == 1 && length(1000) == 2 && length(2000) == 3)
    #expect(length(3001) == 1)
    _ = memory.note(Self.question(Pictures.picture(2), 1, time: 3001))
    #expect(memory.size.chains == 2)
    _ = memory.note(Self.question(Pictures.picture(3), 1, time: 5000))
    #expect(memory.size.chains == 1 && memory.size.questions == 1)
  }

  @Test func aClockThatGoesBackALittleStandsStill() {
    let memory = QueryMemory(QueryMemory.Bounds(age: 1000))
    func length(_ time: Int64) -> Int { memory.note(Self.question(Pictures.picture(1), 1, time: time)).length }
    #expect(length(100_000) == 1 && length(99_500) == 2 && length(99_100) == 3 && length(100_900) == 4)
    // Set right, or wrong, by more than what is remembered at all: it begins anew.
    #expect(length(5) == 1 && length(6) == 2)
    #expect(length(.min) == 1 && length(.max) == 1 && length(.min) == 1)
  }

  /// Another gateway's clock may be days off.
  @Test(arguments: [Int64.min, -1, 0, .max])
  func learnsWhateverAnothersClockSays(time: Int64) {
    let memory = QueryMemory(QueryMemory.Bounds(age: 1000))
    #expect(memory.note(Self.question(Pictures.picture(1), 1, time: 100_000)).length == 1)
    #expect(memory.learn(Self.question(Pictures.picture(1), 2, time: time), now: 100_500).length == 2)
    #expect(memory.note(Self.question(Pictures.picture(1), 3, time: 101_000)).length == 3)
  }

  @Test func chainsAreCalledAlikeEverywhere() throws {
    let question = Self.question(Pictures.picture(1), 7, time: 1_764_000_000_000)
    let (here, there) = (QueryMemory().note(question).chain, QueryMemory().learn(question, now: 5).chain)
    #expect(here == there && ChainID(here.description) == here)
    #expect(QueryMemory().note(Self.question(Pictures.picture(1), 8, time: 1_764_000_000_000)).chain != here)
    for text in ["", "0", "0123456789abcdeg", "0123456789ABCDEF", "+123456789abcdef", "0123456789abcdef0"] {
      #expect(ChainID(text) == nil)
    }
  }

  @Test(arguments: [nil, "", String(repeating: "x", count: 100_000)])
  func clientsMayBeCalledAnything(client: String?) {
    let memory = QueryMemory()
    for number in 0..<40 {
      _ = memory.note(
        Self.question(Pictures.noisy(Pictures.picture(1), 1, seed: number), number, label: number % 2, client: client))
    }
    let last = memory.note(Self.question(Pictures.picture(1), 99, client: client))
    #expect(last.isSearch && last.clients == [client].compactMap(\.self))
  }

  @Test func manyClientsTakeNoMoreRoom() {
    let memory = QueryMemory()
    var sighting: Sighting?
    for number in 0..<3000 {
      sighting = memory.note(
        Self.question(Pictures.noisy(Pictures.picture(1), 1, seed: number), number, client: "c\(number)"))
    }
    #expect(sighting?.clients.count == 8 && memory.size.questions <= 208)
  }

  @Test func manyAskAtOnce() async {
    let memory = QueryMemory(QueryMemory.Bounds(questions: 50))
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          for number in 0..<200 {
            _ = memory.note(Self.question(Pictures.picture(number % 70), worker * 1000 + number))
            _ = memory.questions(of: ChainID(UInt64(number)))
          }
        }
      }
    }
    #expect(memory.size.questions <= 50)
  }
}
