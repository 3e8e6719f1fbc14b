import Attacks
import Calibration
import Common
import Pixels
import Testing

@Suite struct AttackMethodTests {
  /// An attack whose success on the linear target is certain within its budget.
  struct Case: Sendable, CustomTestStringConvertible {
    let key: AttackKey
    var settings: [String] = []
    let budget: Int
    var sight = Sight.scores

    var testDescription: String { "\(key.rawValue) \(settings.joined(separator: " ")) \(sight.rawValue)" }
  }

  static let cases = [
    Case(key: .square, settings: ["epsilon=8"], budget: 400),
    Case(key: .square, settings: ["epsilon=12", "channels=together"], budget: 400),
    Case(key: .squareL2, settings: ["epsilon=0.6"], budget: 600),
    Case(key: .hopSkipJump, settings: ["epsilon=0.6", "probes=20"], budget: 1200, sight: .labels),
    Case(key: .hopSkipJump, settings: ["norm=linf", "levels=16", "probes=20"], budget: 1200, sight: .labels),
    Case(key: .nes, settings: ["epsilon=8"], budget: 800),
    Case(key: .nes, settings: ["epsilon=8", "probes=spsa"], budget: 800),
    Case(key: .simba, settings: ["epsilon=0.6", "step=0.1", "frequencies=4"], budget: 400),
    Case(key: .simba, settings: ["epsilon=0.6", "step=0.05", "basis=pixel"], budget: 800),
  ]

  private static func oracle(
    _ target: LinearTarget, _ attack: any Attack, goal: AttackGoal = .classifier, sight: Sight = .scores, budget: Int
  ) -> Oracle {
    Oracle(
      target, original: target.original, objective: Objective(goal: goal, sight: sight, trueClass: 0),
      limit: attack.limit, budget: budget)
  }

  private static func attack(_ key: AttackKey, _ settings: [String] = []) throws -> any Attack {
    key.kind.make(try key.kind.values(settings))
  }

  @Test("an attack succeeds where success is certain, within its limit, and the same again", arguments: cases)
  func succeeds(_ item: Case) async throws {
    var found: [Picture] = []
    for _ in 0..<2 {
      let target = LinearTarget(margin: 3)
      let attack = try Self.attack(item.key, item.settings)
      let oracle = Self.oracle(target, attack, sight: item.sight, budget: item.budget)
      var random = RandomNumbers(seed: "1")
      try await attack.run(oracle, starts: [target.farAway], random: &random)
      let success = try #require(oracle.success)
      #expect(target.answer(to: success.picture).topClass == 1)
      #expect(success.queries <= item.budget && oracle.queries <= item.budget)
      #expect(oracle.queries == target.queries)
      let distances = Distances(success.picture, target.original)
      switch attack.limit {
      case .linf(let limit): #expect(distances.linf * 255 <= limit + 1e-9)
      case .l2(let limit): #expect(distances.l2 <= limit)
      case .none: break
      }
      found.append(success.picture)
    }
    #expect(found[0] == found[1])
  }

  @Test("channels that are moved together keep their differences")
  func channelsTogether() async throws {
    let target = LinearTarget(margin: 3)
    let attack = try Self.attack(.square, ["epsilon=12", "channels=together"])
    let oracle = Self.oracle(target, attack, budget: 400)
    var random = RandomNumbers(seed: "1")
    try await attack.run(oracle, starts: [], random: &random)
    let samples = try #require(oracle.success).picture.samples
    let changes = zip(samples, target.original.samples).map { Int($0) - Int($1) }
    #expect(Set(changes) == [-12, 12])
    #expect(stride(from: 0, to: changes.count, by: 3).allSatisfy { Set(changes[$0..<$0 + 3]).count == 1 })
  }

  @Test("another seed leads to another picture")
  func seeds() async throws {
    var found: Set<Picture> = []
    for seed in ["1", "2"] {
      let target = LinearTarget(margin: 3)
      let attack = try Self.attack(.square)
      let oracle = Self.oracle(target, attack, budget: 400)
      var random = RandomNumbers(seed: seed)
      try await attack.run(oracle, starts: [], random: &random)
      found.insert(try #require(oracle.success).picture)
    }
    #expect(found.count == 2)
  }

  @Test("no query is asked beyond the budget, and none is lost", arguments: AttackKey.allCases, [1, 2, 7, 50])
  func budgets(_ key: AttackKey, _ budget: Int) async throws {
    // Nothing can move this far.
    let target = LinearTarget(margin: 1000)
    let attack = try Self.attack(key)
    let oracle = Self.oracle(target, attack, budget: budget)
    var random = RandomNumbers(seed: "1")
    try await attack.run(oracle, starts: [target.farAway], random: &random)
    #expect(oracle.success == nil)
    #expect(oracle.queries == target.queries && oracle.queries <= budget)
    // HopSkipJump ends where nothing succeeds, controls where their range does.
    if [.square, .squareL2, .simba, .nes, .noise].contains(key) { #expect(oracle.queries == budget) }
  }

  @Test("pictures of any shape, also of one pixel, are attacked without a trap", arguments: AttackKey.allCases)
  func smallPictures(_ key: AttackKey) async throws {
    for (width, height, channels) in [(1, 1, PixelChannels.gray), (1, 7, .rgb), (9, 2, .gray), (2, 2, .rgb)] {
      let size = PixelSize(width: width, height: height)
      let count = size.area * channels.rawValue
      for level in [UInt8(0), 130, 255] {
        let picture = Picture(size: size, channels: channels, samples: [UInt8](repeating: level, count: count))
        let attack = try Self.attack(key)
        let oracle = Oracle(
          ConstantTarget(), original: picture, objective: Objective(goal: .filter, sight: .scores, trueClass: 0),
          limit: attack.limit, budget: 40)
        var random = RandomNumbers(seed: "1")
        try await attack.run(oracle, starts: [picture], random: &random)
        #expect(oracle.success == nil && oracle.queries <= 40)
      }
    }
  }

  @Test("with the goal filter a flagged picture is no success, whatever its class", arguments: cases)
  func flaggedIsNoSuccess(_ item: Case) async throws {
    // Class 1 begins at a mean change of 3 levels, and flags at 2.
    let target = LinearTarget(margin: 3, flagsFrom: 2)
    let attack = try Self.attack(item.key, item.settings)
    let oracle = Self.oracle(target, attack, goal: .filter, sight: item.sight, budget: item.budget)
    var random = RandomNumbers(seed: "1")
    try await attack.run(oracle, starts: [target.farAway], random: &random)
    #expect(oracle.success == nil)
  }

  @Test("an attack that sees scores finds the way between the classifier and the filter")
  func adapts() async throws {
    let target = LinearTarget(margin: 3, flagsFrom: 4.5)
    let attack = try Self.attack(.simba, ["epsilon=10", "step=0.1", "frequencies=4"])
    let oracle = Self.oracle(target, attack, goal: .filter, budget: 2000)
    var random = RandomNumbers(seed: "1")
    try await attack.run(oracle, starts: [], random: &random)
    let success = try #require(oracle.success)
    #expect(!target.answer(to: success.picture).isHeldBack)
  }

  @Test("HopSkipJump goes on towards the original after its first success")
  func shortens() async throws {
    let target = LinearTarget(margin: 3)
    let attack = try Self.attack(.hopSkipJump, ["epsilon=1000", "probes=20"])
    let oracle = Self.oracle(target, attack, sight: .labels, budget: 600)
    var random = RandomNumbers(seed: "1")
    try await attack.run(oracle, starts: [target.farAway], random: &random)
    let success = try #require(oracle.success)
    #expect(success.queries == 1 && oracle.queries > 100)
    // The nearest point of the border is 3 levels away in every sample.
    let nearest = 3 * Double(target.original.samples.count).squareRoot() / 255
    #expect(success.distance < 1.6 * nearest)
  }
}

/// Always class 0, with the same probabilities.
struct ConstantTarget: Target {
  func answers(to pictures: [Picture]) async throws(SluiceError) -> [Answer] {
    pictures.map { _ in Answer(logProbabilities: [0, -10], topClass: 0) }
  }
}
