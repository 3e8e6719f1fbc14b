import Calibration
import Classifiers
import Common
import Decision
import FilterPipeline
import Pixels
import Synchronization
import TestSupport
import Testing

/// Logits that depend on what lies where, so that every look differs a little; it notes the sizes that it is asked about.
private final class PatternClassifier: Classifier {
  let form: TensorForm
  let classCount = 3
  let description = "pattern"
  let calls = Atomic<Int>(0)
  private let gain: Float

  init(side: Int, gain: Float) {
    form = TensorForm(
      element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: side, height: side))
    self.gain = gain
  }

  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    calls.add(1, ordering: .relaxed)
    var predictions: [Prediction] = []
    for index in 0..<batch.count {
      let image = batch.image(index)
      var sums: [Float] = [0, 0, 0]
      for place in 0..<image.byteCount / 4 {
        sums[place % 3] += image.unsafeLoad(fromByteOffset: 4 * place, as: Float.self) * Float(1 + place % 5)
      }
      let logits = sums.map { $0 * gain / Float(form.size.area) * 16 }
      predictions.append(try Prediction(logits: logits.span))
    }
    return predictions
  }
}

@Suite struct WayTests {
  private static let filter = """
    version: 1
    name: way
    preprocess: [{resize: {width: 16, height: 16, filter: box}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: none.onnx}}
    models: {second: {openvino: {model: second.onnx}}}
    SECRET
    detectors:
      - auxiliaryModel: {name: second, group: predictions, model: second, distance: jensenShannon}
      - featureSqueezing: {name: mirror, group: predictions, squeezers: [mirror], distance: jensenShannon}
      - featureSqueezing: {name: small, group: predictions, squeezers: [{look: 8}], distance: jensenShannon}
      - chromaResidual: {name: chroma, group: image, region: whole}
    FIXED
    decision:
      falsePositiveBudget: 0.1
      calibration: none.json
      groups: {predictions: 0.7, image: 0.3}
      earlyExit: {lostDetections: 0.2, confidence: 0.8, audit: AUDIT}
    """

  private struct Bench {
    let definition: FilterDefinition
    let models: OpenedModels
    let classifiers: [PatternClassifier]
    let services: PipelineServices

    /// - Parameters:
    ///   - fixed: detectors with thresholds of their own.
    init(audit: Double = 0, secret: String? = nil, fixed: [String] = []) throws {
      let folder = try TemporaryFolder()
      if let secret { try folder.file("secret", secret) }
      let text = WayTests.filter.replacing("AUDIT", with: "\(audit)")
        .replacing("SECRET", with: secret == nil ? "" : "secret: secret")
        .replacing("FIXED", with: fixed.map { "  - \($0)" }.joined(separator: "\n"))
      definition = try FilterFile(path: folder.file("filter.yaml", text), variables: [:]).definition
      services = try PipelineServices(
        definition,
        PipelineEnvironment(
          sha256: { Self.digest($0) }, sha256OfFile: { _ throws(SluiceError) in "0" },
          hmac: { secret, text in Self.keyed(secret, text) }, variables: [:], workers: 1))
      classifiers = [(16, 3), (16, 2.9), (8, 3), (16, 3.1)].map { PatternClassifier(side: $0, gain: $1) }
      models = OpenedModels(
        classifier: classifiers[0],
        looks: [classifiers[1].form.size: classifiers[1], classifiers[2].form.size: classifiers[2]],
        models: ["second": classifiers[3]])
    }

    func pipeline(_ decision: Decision?) throws -> Pipeline {
      try Pipeline(
        definition, identity: FilterIdentity(name: "way", digest: "0"), models: models, decision: decision,
        services: services)
    }

    /// 32 bytes that depend on all of the secret and the text.
    private static func keyed(_ secret: [UInt8], _ text: String) -> [UInt8] {
      (0..<2).flatMap { part in Array(digest(secret + Array("\(text) \(part)".utf8)).utf8) }
    }

    /// A digest for tests: every bit of the bytes counts.
    private static func digest(_ bytes: [UInt8]) -> String {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash ^= hash >> 29
      hash = hash &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 32
      let digits = String(hash, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
  }

  private static func picture(_ seed: Int, isAttack: Bool) throws -> EncodedInput {
    var random = RepeatableRandom(seed: UInt64(seed) &+ (isAttack ? 1 << 40 : 0))
    let base = (0..<3).map { _ in Int.random(in: 40...200, using: &random) }
    let strength = isAttack ? 40 : 6
    let samples = (0..<24 * 24 * 3).map { place in
      UInt8(clamping: base[place % 3] + Int.random(in: -strength...strength, using: &random))
    }
    return EncodedInput(
      source: "\(seed)", bytes: try PixelImage(samples, width: 24, height: 24, channels: .rgb).encodedAsPNG())
  }

  private static func scored(_ verdict: Verdict, attack: String?) throws -> ScoredImage {
    ScoredImage(
      digest: try #require(verdict.sha256), kind: ScoredImage.original, attack: attack,
      origin: try #require(verdict.origin),
      scores: verdict.detectors.filter { $0.threshold == nil }.map(\.score.value), baseline: nil,
      predictedClass: verdict.prediction?.topClass, confidence: verdict.prediction?.logOdds,
      milliseconds: Dictionary(uniqueKeysWithValues: verdict.asked.map { ($0.name, $0.name == "mirror" ? 11 : 4) }))
  }

  private static func decision(_ bench: Bench) async throws -> Decision {
    let scoring = try bench.pipeline(nil)
    var images: [ScoredImage] = []
    for seed in 0..<300 {
      let clean = await scoring.judge(try picture(seed, isAttack: false), id: 1, as: .init(asksEverything: true))
        .verdict
      images.append(try scored(clean, attack: nil))
      guard seed < 100 else { continue }
      let attack = await scoring.judge(try picture(seed, isAttack: true), id: 1, as: .init(asksEverything: true))
        .verdict
      images.append(try scored(attack, attack: "noise"))
    }
    let detectors = bench.definition.calibratedDetectors.map { definition in
      UncalibratedDetector(
        name: definition.name, kind: definition.kind, weight: 1, group: definition.group,
        isFitted: definition.group == "predictions",
        witnesses: ["second": ["model second"], "mirror": ["mirror"], "small": ["look 8"]][definition.name] ?? [])
    }
    let settings = try #require(bench.definition.decision)
    let fitting = CalibrationFitting(
      identity: CalibrationIdentity(filterName: "way", filterDigest: "", files: []), detectors: detectors,
      terms: .init(
        budget: settings.budget, rule: settings.rule, shares: settings.shares, exitLimit: settings.earlyExit?.limit,
        drawsOrder: bench.definition.secretPath != nil),
      date: "2026-01-02",
      witnesses: scoring.witnesses.filter { witness in detectors.contains { $0.witnesses.contains(witness.name) } },
      fitsWeights: false, sha256: { String($0.count) })
    let calibration = try fitting.calibration(
      clean: images.filter { $0.attack == nil }, adversarial: images.filter { $0.attack != nil })
    return Decision(calibration, rule: settings.rule, budget: settings.budget, shares: settings.shares)
  }

  @Test("an image goes through the stages in the order that the documentation draws")
  func stages() async throws {
    let bench = try Bench()
    let names = try bench.pipeline(try await Self.decision(bench)).stageNames
    let asking = Array(repeating: "AskWitness", count: 3)
    let before = ["Decode", "LookAtFile", "LookAtSource", "Preprocess", "LookAtImage", "AskClassifier"]
    #expect(names == before + asking + ["Decide", "Forward"])
    #expect(try bench.pipeline(nil).stageNames == names)
    let page = String(decoding: try Repository.bytes(Repository.file("Sources/README.md")), as: UTF8.self)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("    │  ") }.compactMap {
      $0.split(separator: " ").dropFirst().first
    }
    #expect(
      rows.filter { $0.first?.isUppercase == true }.map(String.init) == before + ["AskWitness", "Decide", "Forward"])
  }

  @Test("a verdict is what complete evidence gives, unless the image left early, and says where its way ended")
  func sameVerdicts() async throws {
    let bench = try Bench()
    let decision = try await Self.decision(bench)
    #expect(decision.calibration.exits?.exits.isEmpty == false)
    let pipeline = try bench.pipeline(decision)
    var endings: [Verdict.Ending: Int] = [:]
    for seed in 300..<500 {
      for isAttack in [false, true] {
        let input = try Self.picture(seed, isAttack: isAttack)
        let verdict = await pipeline.judge(input, id: 1).verdict
        let complete = await pipeline.judge(input, id: 1, as: .init(asksEverything: true)).verdict
        endings[verdict.ending, default: 0] += 1
        #expect(complete.ending == .complete && complete.asked.count == 4 && complete.detectors.count == 4)
        switch verdict.ending {
        case .complete: #expect(verdict.outcome == complete.outcome && verdict.asked.count == 4)
        case .flaggedEarly:
          #expect(verdict.outcome == .adversarial && complete.outcome == .adversarial)
          let (partial, full) = (try #require(verdict.decision), try #require(complete.decision))
          #expect(partial.pValue.value >= full.pValue.value)
        case .clearedEarly: #expect(verdict.outcome == .clean && verdict.asked.count < 4)
        }
        // What was not asked has no say, and no place in the list.
        #expect(verdict.detectors.count == 1 + max(0, verdict.asked.count - 1))
        #expect(complete.detectors.map(\.name) == ["second", "mirror", "small", "chroma"])
        // What was kept while witnesses were asked is what the scores give at once.
        let anew = decision.decide(
          complete.detectors.map(\.score.value),
          .init(origin: try #require(complete.origin), confidence: complete.prediction?.logOdds))
        #expect(complete.decision?.pValue == anew.pValue)
        #expect(complete.detectors.compactMap(\.part?.pValue) == anew.detectors.map(\.pValue))
      }
    }
    #expect(Verdict.Ending.allCases.allSatisfy { endings[$0, default: 0] > 0 }, "\(endings)")
  }

  @Test(
    "what the evaluation says about an image's way is what the filter does, also where the order is drawn",
    arguments: [nil, "sixteen bytes and more"] as [String?])
  func evaluatedWay(secret: String?) async throws {
    let bench = try Bench(secret: secret)
    let decision = try await Self.decision(bench)
    let endings = try await Self.compareWays(bench, decision, seeds: 500..<560)
    #expect(endings[.flaggedEarly, default: 0] > 0, "\(endings)")
    // Fewer may leave where exits hold in every order.
    if secret == nil { #expect(endings[.clearedEarly, default: 0] > 0, "\(endings)") }
  }

  @Test(
    "detectors with thresholds of their own flag first, and no image leaves before they have spoken",
    arguments: [
      ("auxiliaryModel: {name: fixed, model: second, distance: jensenShannon, threshold: T}", true),
      ("featureSqueezing: {name: fixed, squeezers: [{look: 8}], distance: jensenShannon, threshold: T}", true),
      // Nothing else asks this witness, so it comes last, and there is nothing left to leave out behind it.
      ("featureSqueezing: {name: fixed, squeezers: [{bitDepth: 3}], distance: jensenShannon, threshold: T}", false),
    ])
  func fixedThresholds(detector: String, permitsExits: Bool) async throws {
    let measuring = try Bench(fixed: [detector.replacing("T}", with: "0}")]).pipeline(nil)
    var scores: [Double] = []
    for seed in 0..<40 {
      let input = try Self.picture(seed, isAttack: false)
      let verdict = await measuring.judge(input, id: 1, as: .init(asksEverything: true)).verdict
      scores.append(try #require(verdict.detectors.last?.score.value))
    }
    let threshold = scores.sorted()[35]
    let bench = try Bench(fixed: [detector.replacing("T}", with: "\(threshold)}"), "fileFindings: {}"])
    let decision = try await Self.decision(bench)
    #expect(decision.calibration.exits?.exits.isEmpty == false)
    let endings = try await Self.compareWays(bench, decision, seeds: 500..<620)
    #expect(endings[.flaggedEarly, default: 0] >= 40 && (endings[.clearedEarly] != nil) == permitsExits, "\(endings)")
  }

  /// Compares what the filter does with what the evaluation says about completely judged images; of every three one is an
  /// attack, and one an archive as well.
  private static func compareWays(
    _ bench: Bench, _ decision: Decision, seeds: Range<Int>
  ) async throws -> [Verdict.Ending: Int] {
    let pipeline = try bench.pipeline(decision)
    let way = FilterWay(decision, bench.definition)
    var endings: [Verdict.Ending: Int] = [:]
    for seed in seeds {
      let picture = try picture(seed, isAttack: seed % 3 == 0)
      let rest = seed % 3 == 1 ? Array("PK\u{3}\u{4}rest".utf8) : []
      let input = EncodedInput(source: picture.source, bytes: picture.bytes + rest)
      let verdict = await pipeline.judge(input, id: 1).verdict
      let complete = await pipeline.judge(input, id: 1, as: .init(asksEverything: true)).verdict
      let draw = pipeline.orderDraw(digest: try #require(complete.sha256))
      let end = way.end(of: try scored(complete, attack: nil), in: complete, drawing: draw)
      #expect(Array(end.calls) == verdict.asked.map(\.name), "\(seed)")
      let expected: [Verdict.Ending: Decision.EarlyEnding] = [.flaggedEarly: .flagged, .clearedEarly: .exit]
      #expect(end.ending == expected[verdict.ending], "\(seed)")
      endings[verdict.ending, default: 0] += 1
    }
    return endings
  }

  @Test("nothing is asked beyond what is said to be asked")
  func calls() async throws {
    let bench = try Bench()
    let pipeline = try bench.pipeline(try await Self.decision(bench))
    func count() -> Int { bench.classifiers.reduce(0) { $0 + $1.calls.load(ordering: .relaxed) } }
    for seed in 600..<640 {
      let before = count()
      let verdict = await pipeline.judge(try Self.picture(seed, isAttack: seed % 2 == 0), id: 1).verdict
      #expect(count() - before == verdict.asked.count)
      #expect(verdict.asked.first?.name == (verdict.asked.isEmpty ? nil : "classifier"))
      // The second model and the small look cost alike: the filter's order decides. The mirror is dearer.
      #expect(
        ["model second", "look 8", "mirror"].starts(with: verdict.asked.dropFirst().map(\.name)))
    }
  }

  @Test("with a secret, witnesses of like cost come in an order that the image and the secret decide together")
  func drawnOrder() async throws {
    func firsts(_ secret: String?) async throws -> [String] {
      let bench = try Bench(secret: secret)
      let pipeline = try bench.pipeline(try await Self.decision(bench))
      var firsts: [String] = []
      for seed in 0..<60 {
        let input = try Self.picture(seed, isAttack: false)
        let asked = await pipeline.judge(input, id: 1).verdict.asked.map(\.name)
        #expect(await pipeline.judge(input, id: 2).verdict.asked.map(\.name) == asked)
        if asked.count > 1 { firsts.append(asked[1]) }
      }
      return firsts
    }
    let open = try await firsts(nil)
    #expect(Set(open) == ["model second"])
    let (drawn, other) = (try await firsts("sixteen bytes and more"), try await firsts("another secret of the like"))
    #expect(Set(drawn) == ["model second", "look 8"] && Set(other) == Set(drawn) && drawn != other)
  }

  @Test(
    "a calibration that waits for a witness of another filter is refused before any image", arguments: [false, true])
  func unknownWitness(isPrivate: Bool) async throws {
    let bench = try Bench(secret: "sixteen bytes and more")
    let decision = try await Self.decision(bench)
    var calibration = decision.calibration
    let unknown = MeasuredWitness(name: "mirror 9", milliseconds: 2, isPrivate: isPrivate)
    calibration.witnesses = WitnessOrder(calibration.witnesses.witnesses + [unknown])
    let changed = Decision(calibration, rule: decision.rule, budget: decision.budget)
    let error = #expect(throws: SluiceError.self) { try bench.pipeline(changed) }
    #expect(error?.code == .calibrationMismatch && error?.isPrivate == isPrivate)
    #expect(error?.message.contains("waits for the witness `mirror 9`, which this filter does not ask") == true)
  }

  @Test("drawn images are judged completely, and alone stand for the traffic")
  func audited() async throws {
    let bench = try Bench(audit: 0.3)
    let decision = try await Self.decision(bench)
    let pipeline = try bench.pipeline(decision)
    let audit = try #require(pipeline.exitAudit())
    var (drawn, left, audited) = (0, 0, 0)
    for seed in 700..<1000 {
      let verdict = await pipeline.judge(try Self.picture(seed, isAttack: false), id: 1).verdict
      if verdict.isSample {
        drawn += 1
        #expect(verdict.ending == .complete && verdict.asked.count == 4)
      }
      if verdict.ending == .clearedEarly { left += 1 }
      if verdict.auditedExit != nil {
        audited += 1
        #expect(verdict.isSample)
      }
      _ = audit.note(verdict)
    }
    #expect((60...120).contains(drawn) && left > 0 && audited > 0)
    #expect(audit.report.left == left && audit.report.audited == audited)
    // The shares of those that leave, and of those that would have, agree.
    #expect(abs(Double(audited) / Double(drawn) - Double(left) / Double(300 - drawn)) < 0.2)
  }

  @Test("a verdict says its way in JSON")
  func json() async throws {
    let bench = try Bench()
    let pipeline = try bench.pipeline(try await Self.decision(bench))
    let complete = await pipeline.judge(try Self.picture(3, isAttack: false), id: 1, as: .init(asksEverything: true))
      .verdict
    let way = try #require(complete.json["way"])
    #expect(way["asked"] == .array(["classifier", "model second", "look 8", "mirror"].map(JSONValue.string)))
    #expect(way["end"] == .string("complete") && way["private"] == nil)
    #expect(complete.publicJSON["way"] == way)
    var hidden = complete
    hidden.hasPrivateDetectors = true
    #expect(hidden.json["way"]?["private"] == .bool(true))
    #expect(hidden.publicJSON["way"] == nil && hidden.publicJSON["pValue"] == nil)
  }
}
