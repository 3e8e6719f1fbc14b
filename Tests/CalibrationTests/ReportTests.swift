import Calibration
import Common
import Testing

@Suite struct ReportTests {
  private static func image(_ score: Double?, _ flagged: Bool?, name: String = "3_x.png") -> Evaluation.Image {
    var image = Evaluation.Image(
      source: "/images/" + name, sha256: "ab", trueClass: 3, predictedClass: flagged == true ? 4 : 3,
      predictedLabel: name, probability: 0.9, versions: [flagged == true ? 4 : 3, nil], scores: [score, score, nil],
      flagged: [[flagged, nil], [flagged, nil], [false, nil]], pValue: score.map { 1 - $0 / 10 }, heldOutOf: nil,
      milliseconds: [3, 1, 2], sentence: "one: moved")
    image.thumbnail = [137, 80]
    return image
  }

  static let hostile = "<script>alert(1)</script>\"'&\u{202E}\u{2028}\u{1B}[31m"

  static func evaluation(clean: [Evaluation.Image], attacks: [Evaluation.JudgedGroup]) -> Evaluation {
    Evaluation(
      title: hostile, facts: [.init("filter", hostile)], budgets: [0.05, 0.01],
      judges: [
        .init(name: "filter", role: .filter, calls: 5), .init(name: "published", role: .baseline, calls: 3),
        .init(name: hostile, role: .detector, calls: 1),
      ], versionNames: ["original", "median 2"], forwardedVersion: 0, clean: .init(name: "clean", images: clean),
      attacks: attacks, notes: [])
  }

  static let cases: [Evaluation] = [
    evaluation(clean: [], attacks: []),
    evaluation(clean: [image(0.5, false)], attacks: []),
    evaluation(clean: [image(0.5, false)], attacks: [.init(name: hostile)]),
    evaluation(
      clean: [image(0.5, false), image(0.5, false)],
      attacks: [.init(name: hostile, images: [image(0.5, false, name: hostile)])]),
    evaluation(
      clean: (0..<40).map { image(Double($0) / 40, $0 > 37) },
      attacks: [
        .init(name: "a", images: (0..<9).map { image(Double($0) / 5, $0 > 4) }),
        .init(name: "b", images: [image(nil, false), image(2, true)]),
      ]),
  ]

  @Test("a page stands alone: nothing is loaded, and no name becomes markup", arguments: cases.indices)
  func pageIsSafe(index: Int) {
    let page = EvaluationPage(Self.cases[index]).text
    #expect(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
    #expect(!page.contains("\u{202E}") && !page.contains("\u{1B}") && !page.contains("NaN") && !page.contains("inf"))
    #expect(!page.contains("\u{2028}"))
    #expect(page.contains("&lt;script&gt;") && page.contains(Evaluation.caveat))
    for tag in ["section", "table", "figure", "svg", "div", "g", "tr"] {
      let opened = page.components(after: "<\(tag)")
      #expect(opened == page.occurrences(of: "</\(tag)>"), "\(tag)")
    }
  }

  @Test("the terminal's table says rates, intervals and limits, and steers no terminal", arguments: cases.indices)
  func tableIsComplete(index: Int) {
    let text = EvaluationTable(Self.cases[index]).text
    #expect(text.contains(Evaluation.caveat) && !text.contains("NaN"))
    #expect(!text.contains("\u{202E}") && !text.contains("\u{1B}"))
    if index == 4 {
      #expect(text.contains("a                         9") || text.contains(".44 ("))
      #expect(text.contains("too few clean images"))
    }
  }

  @Test("scores of every size have a place in the page, which takes no other output with it", arguments: farScores)
  func farScore(clean: [Double], adversarial: Double) {
    let evaluation = Self.evaluation(
      clean: (0..<200).map { Self.image(clean[$0 % clean.count], false) },
      attacks: [.init(name: "a", images: [Self.image(adversarial, true)])])
    let page = EvaluationPage(evaluation).text
    // A bin for each clean score and one for the adversarial one, of the filter and of the baseline.
    #expect(page.occurrences(of: "class=\"clean\"") == 2 * clean.count)
    #expect(page.occurrences(of: "class=\"adversarial\"") == 2)
  }

  /// All alike, an outlier far above the others, and numbers so large that one more is the same number.
  static let farScores: [([Double], Double)] = [
    ([0], 0), ([1e-23, 2e-23], 1), ([1e-300, 2e-300], 1e299), ([-1e299], 1e299), ([1e20], 1e20),
  ]

  @Test(
    "numbers are shown with their decimals as long as they have any",
    arguments: [
      (0.125, "0.13"), (-2.5, "-2.50"), (89_999_999_999_999, "89999999999999.00"), (1e17, "1e+17"), (-1e300, "-1e+300"),
    ])
  func fixed(value: Double, text: String) { #expect(Figures.fixed(value, decimals: 2) == text) }

  @Test("clean images that are flagged whatever their p-value are the most suspicious")
  func flaggedCleanFirst() {
    var clean = (0..<20).map { Self.image(Double($0) / 20, false) }
    clean[3].scores[0] = Evaluation.Image.certain
    #expect(Self.evaluation(clean: clean, attacks: []).mostSuspiciousClean(3) == [3, 19, 18])
  }

  @Test("the area in the row of means counts each attack alike, as the rates beside it do")
  func meanArea() {
    let evaluation = Self.evaluation(
      clean: (0..<10).map { _ in Self.image(0.5, false) },
      attacks: [
        .init(name: "large", images: (0..<90).map { _ in Self.image(1, true) }),
        .init(name: "small", images: (0..<10).map { _ in Self.image(0, false) }), .init(name: "none"),
      ])
    #expect(evaluation.meanArea(judge: 0) == 0.5 && evaluation.ranks(judge: 0, nil).areaUnderCurve == 0.9)
    #expect(Self.evaluation(clean: [], attacks: []).meanArea(judge: 0) == nil)
    let row = EvaluationTable(evaluation).text.split(separator: "\n").first { $0.contains("mean of the attacks") }
    #expect(row?.hasSuffix("  .50") == true, "\(row ?? "")")
    let cell = EvaluationPage(evaluation).text.split(separator: "\n").first { $0.contains("mean of the attacks") }
    #expect(cell?.contains("<td>.50</td></tr>") == true, "\(cell ?? "")")
  }

  /// One that the filter refuses for its file.
  private static let refused: Evaluation.Image = {
    var image = ReportTests.image(Evaluation.Image.certain, true)
    image.predictedClass = nil
    image.predictedLabel = nil
    image.probability = nil
    image.versions = [nil, nil]
    image.scores = [Evaluation.Image.certain, nil, nil]
    image.flagged = [[true, nil], [nil, nil], [nil, nil]]
    image.pValue = nil
    image.isRefused = true
    return image
  }()

  @Test("means side by side are of the same attacks: a judge that saw nothing of one has none")
  func meansOfTheSameAttacks() {
    let evaluation = Self.evaluation(
      clean: (0..<10).map { _ in Self.image(0.5, false) },
      attacks: [
        .init(name: "seen", images: [Self.image(0, false)]), .init(name: "refused", images: [Self.refused]),
        .init(name: "none"),
      ])
    #expect(evaluation.meanRate(judge: 0, budget: 0) == 0.5 && evaluation.meanArea(judge: 0) == 0.5)
    #expect(evaluation.meanRate(judge: 1, budget: 0) == nil && evaluation.meanArea(judge: 1) == nil)
    let images = evaluation.json["attacks"]?.elements.map { $0["images"]?.elements.first?["refused"] }
    let expected: [JSONValue?] = [nil, .bool(true), nil]
    #expect(images == expected)
  }

  @Test("a refused image is shown as refused, and with no p-value")
  func refusedPicture() {
    let page = EvaluationPage(Self.evaluation(clean: [Self.refused, Self.image(0.5, false)], attacks: [])).text
    #expect(page.contains("<span>refused</span>") && page.occurrences(of: "<span>p = ") == 1)
    #expect(!page.contains("p = 1.0000") && page.contains("p = 0.9500"))
  }

  @Test("images of an attack are compared with what the fit without it says of the clean images")
  func heldOutRanks() {
    var clean = Self.image(0.5, false)
    clean.heldOutScores = ["a": 3]
    var unseen = Self.image(1, true)
    unseen.heldOutOf = "a"
    let evaluation = Self.evaluation(
      clean: [clean],
      attacks: [.init(name: "a", images: [unseen]), .init(name: "b", images: [Self.image(1, true)])])
    #expect(evaluation.ranks(judge: 0, evaluation.attacks[0]).areaUnderCurve == 0)
    #expect(evaluation.ranks(judge: 0, evaluation.attacks[1]).areaUnderCurve == 1)
    #expect(evaluation.ranks(judge: 0, nil).areaUnderCurve == 0.5)
    // No other judge was fitted.
    #expect(evaluation.ranks(judge: 1, evaluation.attacks[0]).areaUnderCurve == 1)
  }

  @Test("rates, means and accuracies follow from the images")
  func numbers() throws {
    let evaluation = Self.cases[4]
    #expect(evaluation.rate(evaluation.clean, judge: 0, budget: 0) == Rate(count: 2, of: 40))
    #expect(evaluation.rate(evaluation.clean, judge: 0, budget: 1) == nil)
    #expect(abs((evaluation.meanRate(judge: 0, budget: 0) ?? 0) - (4.0 / 9 + 0.5) / 2) < 1e-12)
    let accuracy = try #require(evaluation.accuracy(evaluation.clean.images))
    #expect(accuracy.unfiltered == Rate(count: 38, of: 40) && accuracy.filtered == Rate(count: 38, of: 40))
    #expect(accuracy.wrongForwarded == Rate(count: 0, of: 40) && accuracy.versions[1] == Rate(count: 0, of: 40))
    #expect(evaluation.hardestMissed(3).count == 3 && evaluation.mostSuspiciousClean(1) == [39])
    #expect(evaluation.json.text.contains("\"areaUnderCurve\""))
  }

  @Test("what images ask is in the mean time of the classifier, however much that varies")
  func calls() throws {
    // Each asks the classifier and a witness that takes half a call of four milliseconds; one was not asked at all.
    let images = [(1.0, 3.0), (7, 9), (4, 6), (0, 0)].map { classifier, asked in
      var image = Self.image(0.5, false)
      image.journey.classifier = classifier
      image.journey.asked = asked
      return image
    }
    let evaluation = Self.evaluation(clean: Array(images.prefix(3)), attacks: [.init(name: "a", images: images)])
    #expect(abs(try #require(evaluation.cost(of: evaluation.clean)).calls - 1.5) < 1e-12)
    #expect(abs(try #require(evaluation.cost(of: evaluation.attacks[0])).calls - 1.5 * 3 / 4) < 1e-12)
    #expect(images.map(\.journey.calls) == [3, 9.0 / 7, 1.5, 0])
    #expect(try #require(Self.cases[1].cost(of: Self.cases[1].clean)).calls == 0)
  }

  @Test("a comparison says which calibration is better, and when images do not show it")
  func comparisons() {
    func flagging(clean: Int, attacks: Int) -> Evaluation {
      Self.evaluation(
        clean: (0..<100).map { Self.image(0, $0 < clean) },
        attacks: [.init(name: "a", images: (0..<100).map { Self.image(1, $0 < attacks) })])
    }
    let old = flagging(clean: 5, attacks: 50)
    func conclusion(_ new: Evaluation) -> String { EvaluationComparison(new: new, old: old).conclusion }
    #expect(conclusion(flagging(clean: 5, attacks: 80)).contains("is better: it flags more attacks"))
    #expect(conclusion(flagging(clean: 5, attacks: 20)).contains("is worse: it flags fewer attacks"))
    #expect(conclusion(flagging(clean: 40, attacks: 50)).contains("is worse: it flags more clean"))
    #expect(conclusion(flagging(clean: 40, attacks: 90)).contains("trade"))
    #expect(conclusion(flagging(clean: 5, attacks: 52)).contains("do not show"))
    #expect(conclusion(Self.evaluation(clean: [], attacks: [])).contains("not enough images"))
  }

  @Test("a suggestion names its attack, and steers no terminal")
  func suggestionIsSafe() throws {
    let found = try DetectorAblationTests.review(blind: 6, rule: .fused, groups: Array(repeating: "g", count: 7))
    var suggestion = try #require(found.first)
    suggestion.change = .ownGroup(attack: Self.hostile)
    var evaluation = Self.cases[4]
    evaluation.suggestions = [suggestion]
    let text = EvaluationTable(evaluation).text
    #expect(text.contains("would flag") && text.contains("<script>alert(1)</script>"))
    #expect(!text.contains("\u{202E}") && !text.contains("\u{1B}"))
  }

  @Test("a comparison steers no terminal")
  func comparisonIsSafe() {
    let text = EvaluationComparison(new: Self.cases[3], old: Self.cases[3]).text
    #expect(text.contains("<script>alert(1)</script>"))
    #expect(!text.contains("\u{202E}") && !text.contains("\u{1B}"))
  }
}

extension String {
  fileprivate func occurrences(of part: String) -> Int { ranges(of: part).count }

  /// How often an element is opened, told from longer names that begin alike.
  fileprivate func components(after opening: String) -> Int {
    occurrences(of: opening + ">") + occurrences(of: opening + " ")
  }
}
