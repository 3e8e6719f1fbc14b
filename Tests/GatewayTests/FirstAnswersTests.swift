import Common
import FilterPipeline
import Gateway
import StatefulDetection
import TestSupport
import Testing

/// What is kept of first answers, within their bound.
struct FirstAnswersTests {
  /// An image that was found clean.
  private static func judgement() async throws -> Judgement {
    let folder = try TemporaryFolder()
    let path = try folder.file("filter.yaml", SureFilters.text("test"))
    let engine = try FilterEngine(workers: 1, metrics: GatewayMetrics(version: "1")) { (files) throws(SluiceError) in
      try SureFilters.pipeline(try FilterFile(path: path, variables: [:], noting: &files))
    }
    let image = EncodedInput(source: "x", bytes: try EncodedImages.png(width: 8, height: 8))
    let batch = try await engine.judge([image], as: WantedJudgement(), within: MemoryBudget(1_000_000))
    withExtendedLifetime(folder) {}
    return try #require(batch.judgements.first)
  }

  private static func keys(_ count: UInt64) -> [FirstAnswers.Key] {
    (0..<count).map { FirstAnswers.Key(chain: ChainID($0), client: "c") }
  }

  @Test("verdicts are counted as what they hold, so that as many are kept as there is memory for")
  func longVerdicts() async throws {
    var judgement = try await Self.judgement()
    judgement.verdict.detectors[0].score.sentence = String(repeating: "x", count: 5000)
    let answers = FirstAnswers(maximumBytes: 100_000)
    for key in Self.keys(100) { answers.add(FirstAnswer(judgement), of: key) }
    let kept = Self.keys(100).count { answers.answer(of: $0) != nil }
    #expect((10...19).contains(kept) && answers.byteCount <= 100_000)
  }

  @Test("what belongs to the file alone is not kept")
  func file() async throws {
    var judgement = try await Self.judgement()
    let (long, short) = (FirstAnswers(maximumBytes: 1_000_000), FirstAnswers(maximumBytes: 1_000_000))
    let key = FirstAnswers.Key(chain: ChainID(1), client: nil)
    short.add(FirstAnswer(judgement), of: key)
    judgement.verdict.source = String(repeating: "s", count: 10_000)
    judgement.verdict.sha256 = String(repeating: "a", count: 64)
    long.add(FirstAnswer(judgement), of: key)
    #expect(long.byteCount == short.byteCount && short.byteCount > MemoryLayout<Verdict>.stride)
  }
}
