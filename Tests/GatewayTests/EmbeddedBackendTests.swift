import Common
import FilterPipeline
import Gateway
import Synchronization
import TestSupport
import Testing

/// The filter's own classifier answers, also where another filter has been loaded meanwhile.
struct EmbeddedBackendTests {
  private final class Loads: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }

  /// A filter whose classes are called after it: `old 0`, `old 1`, …
  private static func pipeline(_ name: String, side: Int, classes: Int, forward: String) throws -> Pipeline {
    let folder = try TemporaryFolder()
    try folder.file("labels.txt", (0..<classes).map { "\(name) \($0)" }.joined(separator: "\n"))
    let text = SureFilters.text(name, side: side, labels: "labels.txt", forward: forward)
    let file = try FilterFile(path: folder.file("filter.yaml", text), variables: [:])
    return try withExtendedLifetime(folder) { try SureFilters.pipeline(file, classes: classes) }
  }

  @Test(
    "what was judged before a reload is answered by the filter that judged it",
    arguments: ["original", "{squeezed: {median: 2}}"])
  func reloadBetween(forward: String) async throws {
    let old = try Self.pipeline("old", side: 8, classes: 2, forward: forward)
    let new = try Self.pipeline("new", side: 16, classes: 3, forward: forward)
    let loads = Loads()
    let engine = try FilterEngine(workers: 1, metrics: GatewayMetrics(version: "1")) { (_) throws(SluiceError) in
      loads.next() == 1 ? old : new
    }
    let image = EncodedInput(source: "x", bytes: try EncodedImages.png(width: 8, height: 8))
    let batch = try await engine.judge([image], as: WantedJudgement(), within: MemoryBudget(1_000_000))
    #expect(batch.judgements.map(\.verdict.filter.name) == ["old"])
    #expect(try engine.reload { _, _ in }.name == "new")
    let request = ForwardedRequest(
      identity: RequestIdentity(proposed: "x"), images: batch.judgements.compactMap(ForwardedImage.init),
      pipeline: batch.pipeline, holding: batch.holding, deadline: Deadline(after: .seconds(60)))
    let backend = EmbeddedBackend(engine)
    let outputs = try await backend.answer(request).outputs
    #expect(outputs.map(\.name) == ["probabilities", "label"])
    #expect(outputs[0].shape == [1, 2])
    #expect(outputs[1].byteElements == [Array("old 0".utf8)])
    #expect(backend.outputs()[0].shape == [-1, 3], "what is asked now is the new filter's")
  }
}
