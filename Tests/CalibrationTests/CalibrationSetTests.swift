import Calibration
import Classifiers
import Common
import Decision
import TestSupport
import Testing

@Suite struct CalibrationSetTests {
  private static let identity = CalibrationIdentity(filterName: "t", filterDigest: "ab", files: [])

  private static let detectors = ["a", "b"]

  private static func image(_ digest: String, kind: String = ScoredImage.original, attack: String? = nil) -> ScoredImage
  {
    ScoredImage(
      digest: digest, kind: kind, attack: attack,
      origin: ImageOrigin(isGray: false, format: "jpeg", subsampling: "4:2:0", quality: 80, scale: 1.5),
      scores: [0.25, nil], baseline: nil, predictedClass: 3)
  }

  private static func task(_ digest: String, kind: String = ScoredImage.original) -> ScoringTask {
    ScoringTask(digest: digest, kind: kind, attack: nil, source: "x")
  }

  /// Enters images as a run does, and gives the digests that are kept.
  private func kept(_ digests: [String], sample: Int) throws -> [String] {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(
      try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors), sample: sample)
    for digest in digests where set.admits(Self.task(digest)) { try set.take(Self.image(digest)) }
    return set.images().clean.map(\.digest)
  }

  @Test("the sample is never larger than it may be, and the same whatever the order", arguments: [10, 15, 33, 500])
  func sampleIsBounded(count: Int) throws {
    var random = RepeatableRandom(seed: 2)
    let digests = (0..<count).map { _ in String(UInt64.random(in: 1 << 60...UInt64.max, using: &random), radix: 16) }
    let expected = Array(digests.sorted().prefix(10))
    #expect(try kept(digests, sample: 10) == expected)
    #expect(try kept(digests.reversed(), sample: 10) == expected)
    #expect(try kept(digests + digests, sample: 10) == expected)
  }

  @Test("variants go with their image, and nothing is scored twice")
  func variants() throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors))
    #expect(set.admits(Self.task("a1")))
    try set.take(Self.image("a1"))
    #expect(!set.admits(Self.task("a1")))
    #expect(set.admits(Self.task("a1", kind: "blur")))
    try set.take(Self.image("a1", kind: "blur"))
    #expect(!set.admits(Self.task("a1", kind: "blur")))
  }

  @Test(
    "a model that fails on a tenth of the clean images leaves a biased sample", arguments: [(1, 9), (1, 10), (0, 9)])
  func bias(failed: Int, answered: Int) throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors))
    let failure = SluiceError(.classifierFailed, "no probability", remedy: "say `scores`")
    for index in 0..<failed { set.noteLeftOut(Self.task("f\(index)"), failure) }
    for index in 0..<answered { try set.take(Self.image("a\(index)")) }
    // Changed versions, attacks and images that are damaged say nothing of the model.
    set.noteLeftOut(Self.task("a0", kind: "blur"), failure)
    set.noteLeftOut(ScoringTask(digest: "c3", kind: ScoredImage.original, attack: "pgd", source: "x"), failure)
    set.noteLeftOut(Self.task("d4"), SluiceError(SluiceError.Code("truncated-image"), "cut off"))
    set.noteLeftOut(Self.task("e5"), nil)
    #expect(set.leftOut == failed + 4)
    let isBiased = 10 * failed >= failed + answered
    #expect((set.bias != nil) == isBiased)
    if isBiased {
      #expect(set.bias?.code == .classifierFailed && set.bias?.remedy == "say `scores`")
      #expect(set.bias?.message.contains("\(failed) of \(failed + answered) clean images") == true)
    }
  }

  @Test("a journal gives back what it was given, without a line that was cut off, and only to its own filter")
  func journal() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    let images = [Self.image("a1"), Self.image("b2", kind: "gray"), Self.image("c3", attack: "pgd \"x\"\n")]
    let journal = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    for image in images { try journal.append(image) }
    #expect(try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).images == images)
    try folder.file("j", Array(try Repository.bytes(path).dropLast(5)))
    #expect(try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).images == Array(images.prefix(2)))
    var other = Self.identity
    other.filterDigest = "ac"
    let error = #expect(throws: SluiceError.self) { try ScoreJournal(path, of: other, detectors: Self.detectors) }
    #expect(error?.code == .calibrationMismatch)
  }

  @Test("of what an earlier run scored, only images of this run count, and they are not scored again")
  func otherImagesInTheJournal() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    let earlier = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    for image in [Self.image("a1"), Self.image("a1", kind: "blur"), Self.image("b2"), Self.image("c3", attack: "pgd")] {
      try earlier.append(image)
    }
    let set = CalibrationSet(try ScoreJournal(path, of: Self.identity, detectors: Self.detectors))
    #expect(set.images().clean.isEmpty && set.kept == 4)
    #expect(!set.admits(Self.task("a1")) && set.admits(Self.task("d4")))
    try set.take(Self.image("d4"))
    #expect(set.images().clean == [Self.image("a1"), Self.image("d4")] && set.images().adversarial.isEmpty)
    #expect(set.count == 2 && set.kept == 5)
  }

  @Test("what was scored without the baseline is scored again with it, and the other way round it is left out")
  func otherBaseline() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    let without = [Self.image("a1"), Self.image("a1", kind: "blur")]
    var with = Self.image("b2")
    with.baseline = 0.5
    let earlier = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    for image in without + [with] { try earlier.append(image) }
    let scoring = CalibrationSet(
      try ScoreJournal(path, of: Self.identity, detectors: Self.detectors), withBaseline: true)
    // Changed versions are no part of the baseline's distribution.
    #expect(scoring.admits(Self.task("a1")) && !scoring.admits(Self.task("a1", kind: "blur")))
    #expect(!scoring.admits(Self.task("b2")) && scoring.images().clean.last?.baseline == 0.5)
    let leaving = CalibrationSet(
      try ScoreJournal(path, of: Self.identity, detectors: Self.detectors), withBaseline: false)
    #expect(!leaving.admits(Self.task("a1")) && !leaving.admits(Self.task("b2")))
    #expect(leaving.images().clean == [Self.image("a1"), Self.image("b2")])
  }

  @Test("detectors with thresholds of their own are counted on images as they came, also from a journal")
  func fixedFlags() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    var images = ["a1", "b2", "c3"].map { Self.image($0) } + [Self.image("a1", kind: "blur")]
    images[0].flags = ["fileFindings": "polyglot found", "own": "loud"]
    images[1].flags = ["fileFindings": "alpha found"]
    images[3].flags = ["fileFindings": "polyglot found"]
    let journal = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    for image in images { try journal.append(image) }
    let flags = FixedFlags(try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).images)
    #expect(flags.photographs == 3)
    #expect(flags.rows.map(\.detector) == ["fileFindings", "own"] && flags.rows.map(\.count) == [2, 1])
    #expect(flags.rows.first?.example == "alpha found")
  }

  @Test(
    "an interrupted run does not go on with other detectors or thresholds, whose scores would be taken for each other's"
  )
  func otherDetectors() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).append(Self.image("a1"))
    for (detectors, thresholds) in [(["a"], ["b above 1.0"]), (["a", "b", "c"], []), (["b", "a"], [])] {
      let error = #expect(throws: SluiceError.self) {
        try ScoreJournal(path, of: Self.identity, detectors: detectors, thresholds: thresholds)
      }
      #expect(error?.code == .calibrationMismatch && error?.remedy?.contains("delete") == true)
    }
  }

  @Test("an interrupted run does not go on where another version is forwarded, and says that this may be it")
  func otherForwardedVersion() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).append(Self.image("a1"))
    let error = #expect(throws: SluiceError.self) {
      try ScoreJournal(path, of: Self.identity, detectors: Self.detectors, forwarded: "bitDepth 3")
    }
    #expect(error?.code == .calibrationMismatch && error?.message.contains("another forwarded version") == true)
  }

  @Test("a row with another number of scores is scored again")
  func rowOfAnotherLength() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    var short = Self.image("a1")
    short.scores = [0.5]
    let earlier = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    for image in [short, Self.image("b2")] { try earlier.append(image) }
    let journal = try ScoreJournal(path, of: Self.identity, detectors: Self.detectors)
    #expect(journal.images.map(\.digest) == ["b2"])
  }

  @Test("classes are those that paths name now")
  func classesPutRight() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/j"
    var mistaken = Self.image("a1")
    mistaken.trueClass = 7
    try ScoreJournal(path, of: Self.identity, detectors: Self.detectors).append(mistaken)
    let set = CalibrationSet(
      try ScoreJournal(path, of: Self.identity, detectors: Self.detectors), trueClass: { $0 == "x" ? 3 : nil })
    #expect(!set.admits(Self.task("a1")))
    #expect(set.images().clean.first?.trueClass == 3)
  }

  /// Enters images of digests with their attacks, unless the set refuses them.
  private static func enter(_ images: [(digest: String, attack: String?)], into set: CalibrationSet) throws {
    for (digest, attack) in images {
      let task = ScoringTask(digest: digest, kind: ScoredImage.original, attack: attack, source: "x")
      if set.admits(task) { try set.take(image(digest, attack: attack)) }
    }
  }

  @Test("an image that is both clean and adversarial is adversarial, whichever comes first", arguments: [false, true])
  func clashes(isReversed: Bool) throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors))
    var images: [(digest: String, attack: String?)] = [("b2", nil), ("c3", nil), ("a1", "pgd"), ("b2", "pgd")]
    if isReversed { images.reverse() }
    try Self.enter(images, into: set)
    try Self.enter([("b2", "bim")], into: set)
    #expect(set.images().clean.map(\.digest) == ["c3"])
    #expect(set.images().adversarial.map(\.digest) == ["b2", "a1", "b2"])
    #expect(set.conflicts == .init(countedAsAdversarial: 1, cleared: 0))
  }

  @Test("also where the sample of adversarial images has no room for it")
  func clashesBeyondTheSample() throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(
      try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors), sample: 1)
    try Self.enter([("b2", nil), ("a1", "pgd"), ("a2", "pgd"), ("b2", "pgd")], into: set)
    #expect(set.images().clean.isEmpty && set.images().adversarial.map(\.digest) == ["a1"])
    #expect(set.conflicts.countedAsAdversarial == 1)
  }

  @Test("what a reviewer says of an image goes before where it lies")
  func reviews() throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(
      try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors),
      reviewed: .init(cleared: ["a1"], confirmed: ["b2"]))
    try Self.enter(
      [("a1", nil), ("b2", nil), ("c3", nil), ("b2", "reviewed"), ("a1", "pgd"), ("d4", "pgd")], into: set)
    #expect(set.images().clean.map(\.digest) == ["a1", "c3"])
    #expect(set.images().adversarial.map(\.digest) == ["d4", "b2"])
    #expect(set.conflicts == .init(countedAsAdversarial: 1, cleared: 1))
  }

  @Test(
    "cleared images come in up to the budget's share of all clean ones",
    arguments: [(20, 0.2, 5), (19, 0.2, 4), (19, 0.05, 1), (18, 0.05, 0), (0, 0.5, 0), (3, 0.5, 3), (100, 0.5, 7)])
  func cleared(clean: Int, budget: Double, taken: Int) {
    let cleared = ["e", "b", "a", "d", "c", "g", "f"]
    let selection = ClearedSelection(cleared, beside: clean, budget: budget)
    #expect(selection.taken == Set(cleared.sorted().prefix(taken)) && selection.leftOut == 7 - taken)
  }

  @Test("a cleared image that is among the clean ones anyway takes no room")
  func clearedAmongClean() throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors))
    try Self.enter([("a1", nil), ("b2", nil), ("c3", nil), ("d4", nil)], into: set)
    try set.take(Self.image("a1", kind: "blur"))
    let selection = set.selection(ofCleared: ["a1", "e5", "f6"], budget: 0.2)
    #expect(selection.taken == ["e5"] && selection.leftOut == 1)
  }

  @Test("an image that two attacks came to counts for each of them")
  func imageOfTwoAttacks() throws {
    let folder = try TemporaryFolder()
    let set = CalibrationSet(try ScoreJournal("\(folder.path)/j", of: Self.identity, detectors: Self.detectors))
    for attack in ["pgd", "bim"] {
      let task = ScoringTask(digest: "a1", kind: ScoredImage.original, attack: attack, source: "x")
      #expect(set.admits(task))
      try set.take(Self.image("a1", attack: attack))
      #expect(!set.admits(task))
    }
    #expect(set.images().adversarial.map(\.attack) == ["bim", "pgd"])
  }
}
