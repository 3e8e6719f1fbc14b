import Common
import FilterPipeline
import Gateway
import TestSupport
import Testing

/// What images hold once they are judged: their tensors, until the answer is made.
struct HoldingTests {
  private static let tensor = 3 * 8 * 8 * 4

  private let image: EncodedInput
  private let engine: FilterEngine

  init() throws {
    image = EncodedInput(source: "x", bytes: try EncodedImages.png(width: 8, height: 8))
    let folder = try TemporaryFolder()
    let path = try folder.file("filter.yaml", SureFilters.text("test"))
    engine = try FilterEngine(workers: 2, metrics: GatewayMetrics(version: "1")) { (files) throws(SluiceError) in
      try SureFilters.pipeline(try FilterFile(path: path, variables: [:], noting: &files))
    }
    withExtendedLifetime(folder) {}
  }

  private func judge(
    _ images: [EncodedInput], _ memory: MemoryBudget, picture: Bool = false
  ) async throws(SluiceError) -> JudgedBatch {
    try await engine.judge(images, as: WantedJudgement(parts: picture ? [.tensor, .picture] : .tensor), within: memory)
  }

  @Test("tensors are charged for as long as they are held, and only those that there are")
  func charge() async throws {
    let memory = MemoryBudget(1_000_000)
    let broken = EncodedInput(source: "x", bytes: [1, 2, 3])
    var batch: JudgedBatch? = try await judge([image, broken, image], memory)
    #expect(memory.used == 2 * Self.tensor)
    #expect(batch?.judgements.map { $0.tensor == nil } == [false, true, false])
    batch = nil
    #expect(memory.used == 0)
    batch = try await judge([image], memory, picture: true)
    #expect(memory.used == Self.tensor + (batch?.judgements[0].picture?.count ?? 0))
  }

  @Test("whoever comes when there is no room waits until others have let theirs go, and is judged then")
  func waiting() async throws {
    let memory = MemoryBudget(5 * Self.tensor)
    // The first goes on whatever it takes.
    var first: JudgedBatch? = try await judge(Array(repeating: image, count: 6), memory)
    let second = Task { [image] in try await judge([image], memory).judgements.count }
    let third = Task { [image] in try await judge([image], memory).judgements.count }
    try await eventually("two wait") { memory.waiting == 2 }
    #expect(memory.used == 6 * Self.tensor)
    third.cancel()
    await #expect(throws: SluiceError(.cancelled, "the request ended while it waited for memory")) {
      try await third.value
    }
    #expect(try await judge([], memory).judgements.isEmpty, "what holds nothing waits for nobody")
    #expect(first?.judgements.count == 6)
    first = nil
    #expect(try await second.value == 1)
    #expect(memory.used == 0)
  }

  @Test("an image is judged once there is memory for judging it, beside what is held of it afterwards")
  func judging() async throws {
    let memory = MemoryBudget(1)
    let batch: Task<Int, any Error>
    do {
      let other = try await memory.charge(1, for: .judging)
      batch = Task { [image] in try await judge([image], memory).judgements.count }
      try await eventually("the image waits for memory") { memory.waiting == 1 }
      withExtendedLifetime(other) {}
    }
    #expect(try await batch.value == 1)
  }
}
