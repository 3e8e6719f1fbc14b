import Calibration
import Common
import Files
import Foundation
import TestSupport
import Testing

@Suite struct PassingTests {
  /// - Parameters:
  ///   - seen: the class that the classifier sees; the true one is 3.
  private static func image(_ name: String, seen: Int, isFlagged: Bool?, trueClass: Int? = 3) -> Evaluation.Image {
    Evaluation.Image(
      source: "/attacks/a/" + name, sha256: "ab", trueClass: trueClass, predictedClass: seen, predictedLabel: nil,
      probability: 0.9, versions: [seen], scores: [0.5], flagged: [[isFlagged]], pValue: 0.5, heldOutOf: nil,
      milliseconds: [1], sentence: "")
  }

  private static func evaluation(_ attacks: [Evaluation.JudgedGroup]) -> Evaluation {
    Evaluation(
      title: "t", facts: [], budgets: [0.05], judges: [.init(name: "filter", role: .filter, calls: 1)],
      versionNames: ["original"], forwardedVersion: 0,
      clean: .init(name: "clean", images: [image("3_c.png", seen: 3, isFlagged: false)]), attacks: attacks, notes: [])
  }

  /// One that the filter refuses for its file.
  private static func refused(_ name: String, trueClass: Int? = 3) -> Evaluation.Image {
    var image = Self.image(name, seen: 4, isFlagged: true, trueClass: trueClass)
    image.predictedClass = nil
    image.versions = [nil]
    image.isRefused = true
    return image
  }

  private static let both = evaluation([
    .init(
      name: "one",
      images: [
        image("3_a.png", seen: 4, isFlagged: false), image("3_b.png", seen: 4, isFlagged: true),
        image("3_c.png", seen: 3, isFlagged: false),
      ]),
    .init(
      name: "two",
      images: [image("3_b.jpg", seen: 5, isFlagged: true), image("3_d.jpg", seen: 5, isFlagged: false)],
      tried: ["3_a", "3_b", "3_c", "3_d"]),
  ])

  @Test("an attack passes with what is wrong and not flagged, of all that it was tried on")
  func passing() throws {
    let (one, two) = (Self.both.attacks[0], Self.both.attacks[1])
    #expect(Self.both.passing(one, goal: .filter) == Rate(count: 1, of: 3))
    #expect(Self.both.passing(one, goal: .classifier) == Rate(count: 2, of: 3))
    #expect(Self.both.passing(two, goal: .filter) == Rate(count: 1, of: 4))
    #expect(Self.both.passing(two, goal: .classifier) == Rate(count: 2, of: 4))
    #expect(Self.both.passing(.init(name: "none"), goal: .filter) == nil)
    #expect(Self.both.passing(.init(name: "failed", tried: ["x", "y"]), goal: .filter) == Rate(count: 0, of: 2))
  }

  @Test("a picture is protected only if every attack on it failed or was flagged")
  func protected() {
    // a and d pass under one attack each; b is flagged under both; c is right, or was attacked in vain.
    #expect(Self.both.protected(goal: .filter) == Rate(count: 2, of: 4))
    #expect(Self.both.protected(goal: .classifier) == Rate(count: 1, of: 4))
    // It is less than the mean of the attacks, and never more.
    #expect(Self.evaluation([Self.both.attacks[0]]).protected(goal: .filter) == nil)
  }

  @Test("without a true class an attacked picture counts as wrong")
  func unknown() {
    let group = Evaluation.JudgedGroup(
      name: "x", images: [Self.image("a.png", seen: 3, isFlagged: false, trueClass: nil)])
    #expect(Self.evaluation([group]).passing(group, goal: .filter) == Rate(count: 1, of: 1))
  }

  @Test(
    "what the filter refuses for its file is no wrong answer: the classifier was not asked",
    arguments: [3, nil] as [Int?])
  func refusedReachesNoGoal(trueClass: Int?) {
    let groups = ["x", "y"].map { name in
      Evaluation.JudgedGroup(
        name: name,
        images: [Self.refused("3_a.png", trueClass: trueClass), Self.image("3_b.png", seen: 4, isFlagged: false)])
    }
    let evaluation = Self.evaluation(groups)
    for goal in [AttackGoal.classifier, .filter] {
      #expect(evaluation.passing(groups[0], goal: goal) == Rate(count: 1, of: 2))
      #expect(evaluation.protected(goal: goal) == Rate(count: 1, of: 2))
    }
  }

  @Test("what is refused is not forwarded, and no answer of the classifier")
  func refusedIsNotForwarded() throws {
    let right = (0..<3).map { Self.image("3_\($0).png", seen: 3, isFlagged: false) }
    let evaluation = Self.evaluation([])
    let accuracy = try #require(evaluation.accuracy(right + [Self.refused("3_r.png")]))
    #expect(accuracy.unfiltered == Rate(count: 3, of: 3) && accuracy.versions == [Rate(count: 3, of: 3)])
    #expect(accuracy.filtered == Rate(count: 3, of: 4) && accuracy.wrongForwarded == Rate(count: 0, of: 4))
    #expect(evaluation.accuracy([Self.refused("3_r.png")]) == nil)
  }

  @Test("where a squeezed version goes on, it is that one which must be wrong")
  func squeezed() {
    // The classifier is wrong about the first itself, about what is forwarded of the second, and about all of the third.
    let images = [(4, 3), (3, 4), (4, 4)].map { original, forwarded in
      var image = Self.image("3_\(original)\(forwarded).png", seen: original, isFlagged: false)
      image.versions = [original, forwarded]
      return image
    }
    let group = Evaluation.JudgedGroup(name: "x", images: images)
    var evaluation = Self.evaluation([group])
    #expect(evaluation.passing(group, goal: .filter) == Rate(count: 2, of: 3))
    evaluation.versionNames = ["original", "median 2"]
    evaluation.forwardedVersion = 1
    evaluation.attacks[0].images.removeFirst()
    #expect(evaluation.passing(evaluation.attacks[0], goal: .filter) == Rate(count: 2, of: 2))
    #expect(evaluation.passing(.init(name: "x", images: [images[0]]), goal: .filter) == Rate(count: 0, of: 1))
    #expect(evaluation.passing(.init(name: "x", images: [images[0]]), goal: .classifier) == Rate(count: 0, of: 1))
  }

  @Test("where the filter cannot decide at its own budget, nothing is said to be held back")
  func undecided() throws {
    let groups = ["x", "y"].map { name in
      Evaluation.JudgedGroup(name: name, images: [Self.image("3_a.png", seen: 4, isFlagged: nil)])
    }
    let evaluation = Self.evaluation(groups)
    #expect(evaluation.passing(groups[0], goal: .filter) == nil && evaluation.protected(goal: .filter) == nil)
    #expect(evaluation.passing(groups[0], goal: .classifier) == Rate(count: 1, of: 1))
    #expect(evaluation.protected(goal: .classifier) == Rate(count: 0, of: 1))
    let accuracy = try #require(evaluation.accuracy(groups[0].images))
    #expect(accuracy.filtered == nil && accuracy.wrongForwarded == nil && accuracy.unfiltered == Rate(count: 0, of: 1))
    #expect(evaluation.passingRows.map(\.last) == ["–", "–", "–"])
    #expect(evaluation.json["attacks"]?.elements.first?["passing"]?["filter"] == nil)
    #expect(evaluation.json["protected"]?["filter"] == nil && evaluation.json["protected"]?["classifier"] != nil)
    #expect(!EvaluationPage(evaluation).text.contains("No attack passed"))
  }

  @Test("the gate names attacks of which more pass than are permitted, not those of which as many do")
  func gate() {
    #expect(Self.both.attacks(passingMoreThan: 0.3, goal: .filter).map(\.name) == ["one"])
    #expect(Self.both.attacks(passingMoreThan: 1.0 / 3, goal: .filter).isEmpty)
    #expect(Self.both.attacks(passingMoreThan: 0, goal: .classifier).map(\.name) == ["one", "two"])
    #expect(Self.both.attacks(passingMoreThan: 1, goal: .classifier).isEmpty)
  }

  @Test("the table, the page and the JSON say it")
  func reports() {
    // Three of the four are wrong under an attack, and two of them pass under one.
    let rates = [Rate(count: 3, of: 4), Rate(count: 2, of: 4)].map { Figures.rate($0) }
    #expect(Self.both.passingRows.last == ["at least one of them", "4"] + rates)
    #expect(EvaluationTable(Self.both).text.contains("at least one of them"))
    #expect(EvaluationPage(Self.both).text.contains("What passes"))
    let json = Self.both.json
    #expect(json["protected"]?["filter"]?["count"] == .integer(2))
    #expect(json["attacks"]?.elements.first?["passing"]?["filter"]?["total"] == .integer(3))
    #expect(json["clean"]?["passing"] == nil)
    #expect(!EvaluationTable(Self.evaluation([])).text.contains("what passes"))
  }

  @Test("the record of an attack tells what it was tried on; a damaged one is an error, none is none")
  func records() throws {
    let folder = try TemporaryFolder()
    let path = RawPath(folder.path)
    #expect(try AttackRecordFile.triedNames(in: path) == nil)
    try folder.file(
      "attack.json",
      #"{"images":[{"name":"a","outcome":"failed"},{"name":"b","outcome":"succeeded"},{"name":"c","outcome":"skipped"},7]}"#
    )
    #expect(try AttackRecordFile.triedNames(in: path) == ["a", "b"])
    for damaged in ["", "{", "{}", "[]", #"{"images":[}"#] {
      try folder.file("attack.json", damaged)
      #expect(throws: SluiceError.self, "\(damaged)") { try AttackRecordFile.triedNames(in: path) }
    }
  }

  @Test("an attack that was tried on nothing has no share, which is not a share of 0")
  func triedOnNothing() {
    let evaluation = Self.evaluation([.init(name: "none", images: [])])
    #expect(evaluation.passing(evaluation.attacks[0], goal: .filter) == nil)
  }

  @Test("images beside folders are an attack of their own")
  func looseImages() throws {
    let folder = try TemporaryFolder()
    try folder.file("loose.png", "")
    try makeFolder(folder.path + "/inner")
    try folder.file("inner/a.png", "")
    let groups = try ImageGroup.attacks(in: [folder.path])
    #expect(groups.map(\.paths) == [[RawPath("\(folder.path)/inner")], [RawPath("\(folder.path)/loose.png")]])
  }

  @Test("a link to an attack's folder is an attack as well, with its record, under the name of the link")
  func linkedAttacks() throws {
    let folder = try TemporaryFolder()
    for name in ["attacks", "attacks/fgsm", "elsewhere"] { try makeFolder("\(folder.path)/\(name)") }
    try folder.file("attacks/fgsm/a.png", "")
    try folder.file("elsewhere/a.png", "")
    try folder.file("elsewhere/attack.json", #"{"images":[{"name":"a","outcome":"succeeded"}]}"#)
    let link = "\(folder.path)/attacks/passing"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../elsewhere")
    let groups = try ImageGroup.attacks(in: ["\(folder.path)/attacks"])
    #expect(groups.map(\.attack) == ["fgsm", "passing"])
    #expect(groups.last?.paths == [RawPath(link)] && groups.last?.tried == ["a"])
  }

  @Test("pictures in folders of classes are told apart by them, and those of a record are called as it does")
  func namesInFolders() throws {
    let folder = try TemporaryFolder()
    for name in ["one", "one/cat", "one/dog", "two", "two/one"] { try makeFolder("\(folder.path)/\(name)") }
    for name in ["one/cat/000.png", "one/dog/000.png", "one/e.f.png", "two/one/000.png"] { try folder.file(name, "") }
    let (one, two) = ("\(folder.path)/one", "\(folder.path)/two")
    let plain = try #require(try ImageGroup.attacks(in: [two]).first)
    #expect(plain.name(ofPictureAt: "\(two)/one/000.png") == "000")
    #expect(plain.name(ofPictureAt: "\(two)/one/cat/000.png") == "cat/000")
    #expect(plain.name(ofPictureAt: "\(two)/one/more.tar/.x/.png") == "more.tar/.x/.png")
    #expect(plain.name(ofPictureAt: "elsewhere/b/000.png") == "000")
    try folder.file("two/one/attack.json", #"{"images":[{"name":"000","outcome":"succeeded"}]}"#)
    let recorded = try #require(try ImageGroup.attacks(in: [two]).first)
    #expect(recorded.name(ofPictureAt: "\(two)/one/cat/000.png") == "000")
    // Folders of one name are one attack, and only one of these has a record.
    let both = try ImageGroup.attacks(in: [two, folder.path]).filter { $0.attack == "one" }
    #expect(both.count == 1 && both[0].name(ofPictureAt: "\(two)/one/cat/000.png") == "000")
    #expect(both[0].name(ofPictureAt: "\(one)/cat/000.png") == "cat/000")
    #expect(both[0].name(ofPictureAt: "\(one)/e.f.png") == "e.f")
  }

  @Test(
    "folders of one name are told apart by the shortest paths that differ, where they are to be; the same one is one")
  func toldApart() throws {
    let folder = try TemporaryFolder()
    for name in ["A", "A/pgd", "A/fgsm", "B", "B/pgd", "B/A", "B/A/pgd"] { try makeFolder("\(folder.path)/\(name)") }
    for name in ["A/pgd/1.png", "A/fgsm/1.png", "B/pgd/1.png", "B/A/pgd/1.png", "B/A/2.png"] {
      try folder.file(name, "")
    }
    func names(_ paths: String..., apart: Bool = true) throws -> [String?] {
      try ImageGroup.attacks(in: paths.map { "\(folder.path)/\($0)" }, tellingApart: apart).map(\.attack)
    }
    #expect(try names("A", "B/pgd") == ["fgsm", "A/pgd", "B/pgd"])
    #expect(try names("A", "B/pgd", apart: false) == ["fgsm", "pgd"])
    #expect(try names("A", "A/pgd", "B/../A/pgd/") == ["fgsm", "pgd"])
    let root = try #require(folder.path.split(separator: "/").last)
    #expect(try names("A/pgd", "B/A/pgd") == ["\(root)/A/pgd", "B/A/pgd"])
    let groups = try ImageGroup.attacks(in: ["\(folder.path)/A", "\(folder.path)/B/pgd"], tellingApart: true)
    #expect(groups.last?.name(ofPictureAt: "\(folder.path)/B/pgd/1.png") == "1")
  }

  @Test("a record whose images are no list is refused")
  func damagedRecord() throws {
    let folder = try TemporaryFolder()
    try folder.file("attack.json", #"{"images": "none"}"#)
    #expect(throws: SluiceError.self) { try ImageGroup.attacks(in: [folder.path]) }
  }
}
