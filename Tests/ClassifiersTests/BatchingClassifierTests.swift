import Classifiers
import Common
import Pixels
import Synchronization
import Testing

/// Batches of several callers in one call.
struct BatchingClassifierTests {
  private static let form = TensorForm(
    element: .uint8, layout: .nhwc, channels: .gray, size: PixelSize(width: 1, height: 1))

  /// Says of an image whose only byte is n that it is of class n, and notes the size of each call.
  private final class ByteClassifier: Classifier {
    let form = BatchingClassifierTests.form
    let classCount = 256
    let description = "bytes"
    let calls = Mutex<[Int]>([])
    /// Where the images of each call lay.
    let places = Mutex<[UInt?]>([])
    private let fails: @Sendable (UInt8) -> Bool

    init(failsOn fails: @escaping @Sendable (UInt8) -> Bool = { _ in false }) {
      self.fails = fails
    }

    func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
      let count = batch.count
      calls.withLock { $0.append(count) }
      let place = BatchingClassifierTests.place(of: batch)
      places.withLock { $0.append(place) }
      var bytes: [UInt8] = []
      for index in 0..<count { bytes.append(batch.image(index).unsafeLoad(as: UInt8.self)) }
      for _ in 0..<20 { await Task.yield() }
      if bytes.contains(where: fails) { throw SluiceError(.classifierFailed, "for this image") }
      var predictions: [Prediction] = []
      for byte in bytes {
        var logits = [Float](repeating: 0, count: 256)
        logits[Int(byte)] = 9
        predictions.append(try Prediction(logits: logits.span))
      }
      return predictions
    }
  }

  private final class Count: Sendable {
    let value = Mutex(0)
  }

  private func batch(_ bytes: [UInt8]) -> TensorBatch {
    var batch = TensorBatch(form: Self.form, count: bytes.count)
    for (index, byte) in bytes.enumerated() {
      var elements = batch.elements(ofImage: index, as: UInt8.self)
      elements[0] = byte
    }
    return batch
  }

  private static func place(of batch: borrowing TensorBatch) -> UInt? {
    batch.bytes.withUnsafeBytes { $0.baseAddress.map { UInt(bitPattern: $0) } }
  }

  @Test("who is alone is judged in its own memory, also where longer calls are worth making")
  func alone() async throws {
    let inner = ByteClassifier()
    let classifier = BatchingClassifier(inner, sizes: [1, 4], calls: 1, delay: .zero)
    let own = batch([7])
    let place = Self.place(of: own)
    for _ in 0..<2 {
      let predictions = try await classifier.predictions(for: own)
      #expect(predictions.map(\.topClass) == [7])
    }
    #expect(place != nil && inner.places.withLock { $0 } == [place, place])
  }

  @Test("every caller gets its own predictions, whatever was put together", arguments: [1, 2, 3], [1, 2])
  func everyCallerGetsItsOwn(unit: Int, calls: Int) async throws {
    let inner = ByteClassifier()
    let joined = Count()
    let allowed = [unit, 3 * unit, 4 * unit]
    let classifier = BatchingClassifier(inner, sizes: allowed, calls: calls, delay: .milliseconds(1)) {
      _, callers in joined.value.withLock { $0 += callers }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<60 {
        group.addTask {
          let bytes = (0..<unit).map { UInt8(number * unit + $0) }
          let predictions = try await classifier.predictions(for: batch(bytes))
          #expect(predictions.map(\.topClass) == bytes.map(Int.init))
        }
      }
      try await group.waitForAll()
    }
    let sizes = inner.calls.withLock { $0 }
    #expect(sizes.reduce(0, +) == 60 * unit && joined.value.withLock { $0 } == 60)
    #expect(Set(sizes).isSubset(of: Set(allowed)))
    #expect(sizes.count < 60, "some were put together")
  }

  @Test("a batch of another size goes by itself")
  func otherSizes() async throws {
    let inner = ByteClassifier()
    let classifier = BatchingClassifier(inner, sizes: [2, 4, 8], calls: 1, delay: .zero)
    #expect(try await classifier.predictions(for: batch([5])).map(\.topClass) == [5])
  }

  @Test("an image that no call succeeds with fails by itself, whatever it was put together with")
  func failures() async throws {
    let inner = ByteClassifier { $0 % 5 == 0 }
    let callers = Count()
    let classifier = BatchingClassifier(inner, sizes: [1, 2, 4], calls: 1, delay: .zero) { _, joined in
      callers.value.withLock { $0 = max($0, joined) }
    }
    let answers = await withTaskGroup(of: (UInt8, Int?).self) { group in
      for number in UInt8(0)..<40 {
        group.addTask { (number, try? await classifier.predictions(for: batch([number]))[0].topClass) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(callers.value.withLock { $0 } > 1, "some were put together")
    for number in UInt8(0)..<40 { #expect(answers[number] == (number % 5 == 0 ? nil : Int(number)), "\(number)") }
  }

  @Test("where longer calls gain nothing, nothing waits and nothing is put together")
  func straightThrough() async throws {
    let inner = ByteClassifier()
    let callers = Count()
    let classifier = BatchingClassifier(inner, sizes: [1], calls: 1, delay: .seconds(3600)) { images, joined in
      callers.value.withLock { $0 += images == 1 ? joined : 1000 }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          let predictions = try await classifier.predictions(for: batch([UInt8(number)]))
          #expect(predictions.map(\.topClass) == [number])
        }
      }
      try await group.waitForAll()
    }
    #expect(inner.calls.withLock { $0 } == [Int](repeating: 1, count: 40))
    #expect(callers.value.withLock { $0 } == 40)
  }
}
