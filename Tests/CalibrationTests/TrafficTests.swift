import Calibration
import Common
import Decision
import Files
import FilterPipeline
import TestSupport
import Testing

/// Traffic against calibrations as they are made, of dependent detectors, changed images and fitted weights.
@Suite struct TrafficTests {
  /// A photograph with two changed versions of it, which score a little higher.
  private static func photograph(_ random: inout RepeatableRandom, raised: Double = 0) -> [ScoredImage] {
    let confidence = Double.random(in: 0..<6, using: &random)
    let unsure = (6 - confidence) / 12
    let seen = Double.random(in: 0..<1, using: &random) * (0.5 + unsure) + raised
    let other = 0.5 * seen + Double.random(in: 0..<0.5, using: &random)
    let noise = Int.random(in: 0..<3, using: &random) == 0 ? nil : Double.random(in: 0..<1, using: &random)
    let digits = String(UInt64.random(in: .min ... .max, using: &random), radix: 16)
    let digest = String(repeating: "0", count: 16 - digits.count) + digits
    return [(ScoredImage.original, 0), ("blur", 0.2), ("jpeg", 0.1)].map { kind, more in
      ScoredImage(
        digest: digest, kind: kind, attack: nil, origin: FittingTests.origin,
        scores: [seen + more, other + more, Double.random(in: 0..<1, using: &random), noise], baseline: nil,
        predictedClass: 1, confidence: confidence)
    }
  }

  @Test(
    "traffic like the photographs gives no alarm, and higher scores do",
    arguments: 0..<4 as Range<UInt64>, [DecisionRule.union, .fused])
  func fitted(seed: UInt64, rule: DecisionRule) throws {
    var random = RepeatableRandom(seed: seed)
    let clean = (0..<500).flatMap { _ in Self.photograph(&random) }
    let attacks = seed % 2 == 0 ? [] : FittingTests.images(80, attack: "a", seed: seed)
    let calibration = try FittingTests.fitting().calibration(clean: clean, adversarial: attacks)
    let decision = Decision(calibration, rule: rule, budget: 0.05)
    let monitor = try #require(TrafficMonitor(decision))
    func pass(_ image: ScoredImage) -> TrafficReport.Change? {
      let outcome = decision.decide(image.scores, .init(origin: image.origin, confidence: image.confidence))
      return outcome.isFlagged ? nil : monitor.note(image.scores, outcome.detectors, digest: image.digest)
    }
    for _ in 0..<10_000 { #expect(pass(Self.photograph(&random)[0]) == nil) }
    var change: TrafficReport.Change?
    for _ in 0..<10_000 where change == nil { change = pass(Self.photograph(&random, raised: 0.3)[0]) }
    #expect(change?.direction == .higher)
    #expect(change?.subject == (rule == .union ? "the group `classifier`" : "all detectors together"))
  }

  private final class NoSink: JudgementSink {
    func write(_ judgement: Judgement) throws(SluiceError) {}
    func finish() throws(SluiceError) {}
  }

  /// A filter of noise pictures, calibrated on them.
  private static func calibrated(in folder: TemporaryFolder) async throws -> Pipeline {
    let file = try FilterFile(path: folder.file("noise.yaml", NoisePictures.filter()), variables: [:])
    let environment = PipelineEnvironment(
      sha256: { "\($0.count)" }, sha256OfFile: { _ throws(SluiceError) in "0" }, hmac: { _, _ in [] }, variables: [:],
      workers: 1)
    let scoring = try ScoringPipeline(file, environment, withBaseline: false)
    var clean: [ScoredImage] = []
    for seed in 0..<200 {
      let input = EncodedInput(source: "\(seed)", bytes: try NoisePictures.picture(seed, .usual))
      let verdict = await scoring.pipeline.judge(input, id: seed).verdict
      let digest = "00000" + String(seed % 10) + String(repeating: "0", count: 10)
      let origin = try #require(verdict.origin)
      clean.append(
        ScoredImage(
          digest: digest, kind: ScoredImage.original, attack: nil, origin: origin,
          scores: verdict.detectors.map(\.score.value), baseline: nil, predictedClass: nil))
    }
    let fitting = CalibrationFitting(
      identity: scoring.identity, detectors: scoring.detectors, terms: .init(budget: 0.05), date: "2026-01-02",
      sha256: { "\($0.count)" })
    let calibration = try fitting.calibration(clean: clean, adversarial: [])
    try folder.file("noise.calibration.json", calibration.json.text)
    let pipeline = try Pipeline(
      file.definition, identity: FilterIdentity(name: "noise", digest: "0"), models: .init(),
      decision: try file.decision(environment), services: PipelineServices(sha256: { "\($0.hashValue)" }))
    return pipeline
  }

  @Test("a run tells how its images differ from those of the calibration, and nothing where they do not")
  func run() async throws {
    let folder = try TemporaryFolder()
    let pipeline = try await Self.calibrated(in: folder)
    var changes: [TrafficReport.Change?] = []
    for (name, kind) in [("usual", NoisePictures.Kind.usual), ("smooth", .smooth)] {
      let paths = try NoisePictures.write(name, 1000..<1200, kind, in: folder)
      let run = FilterRun(pipeline, workers: 2, interruption: try Interruption())
      let summary = try await run.run(RunInputs(PathList(paths), limit: 1_000_000), into: NoSink())
      #expect(summary.inputs == 200 && summary.forwarded > 150)
      changes.append(summary.change)
    }
    #expect(changes[0] == nil)
    #expect(changes[1]?.direction == .lower && changes[1]?.subject == "the group `image`")
    #expect(changes[1].map { $0.images < 100 && $0.meanPValue > 0.8 } == true)
  }

  @Test("only what was found clean counts, and only with a calibration")
  func verdicts() async throws {
    let pipeline = try await Self.calibrated(in: try TemporaryFolder())
    let monitor = try #require(pipeline.trafficMonitor())
    let image = EncodedInput(source: "x", bytes: try NoisePictures.picture(1, .usual))
    var verdict = await pipeline.judge(image, id: 1).verdict
    verdict.sha256 = nil
    for outcome in Verdict.Outcome.allCases {
      verdict.outcome = outcome
      let before = monitor.report.images
      #expect(monitor.note(verdict) == nil)
      #expect(monitor.report.images == before + (outcome == .clean ? 1 : 0))
    }
    verdict.outcome = .clean
    verdict.detectors = []
    #expect(monitor.note(verdict) == nil && monitor.report.images == 1)
    #expect(pipeline.trafficMonitor(continuing: monitor) === monitor)
    #expect(pipeline.trafficMonitor() !== monitor)
  }
}
