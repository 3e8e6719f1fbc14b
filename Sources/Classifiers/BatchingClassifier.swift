import Common
import Pixels
import Synchronization

/// Puts the batches of several callers into one call of the classifier, where longer calls are worth making.
///
/// A caller whose turn has come leads: it takes what waits beside its own batch, runs all of it on its own thread, hands
/// the others their predictions, and gives the lead to whoever waits longest. So no thread waits for another, and under
/// load batches grow by themselves while calls are running. A call of several that fails is made again for each by itself, so
/// that each hears of its own images alone. Who finds a free place and no company is judged in the memory that he brought.
/// Rejected alternative: a thread that collects batches, which costs two switches of threads for every image and gains
/// nothing. With one size, which says that longer calls gain nothing, every call goes straight through.
package final class BatchingClassifier: Classifier {
  private let classifier: any Classifier
  private let unit: Int
  private let sizes: [Int]
  /// Calls that run at the same time.
  private let capacity: Int
  private let delay: Duration
  private let state: Mutex<State>
  private let observer: @Sendable (_ images: Int, _ callers: Int) -> Void

  package var form: TensorForm { classifier.form }
  package var classCount: Int { classifier.classCount }
  package var description: String { classifier.description }
  package var leastBatch: Int { classifier.leastBatch }

  private struct State {
    var free: Int
    var waiting: [Caller] = []

    /// - Returns: whether a place was free, which is now taken.
    mutating func takePlace() -> Bool {
      guard free > 0 else { return false }
      free -= 1
      return true
    }
  }

  private struct Caller {
    let batch: SharedBatch
    let continuation: CheckedContinuation<Turn, Never>
  }

  /// What a waiting caller hears.
  private enum Turn: Sendable {
    case predictions([Prediction])
    case failure(SluiceError)
    case lead
  }

  /// - Parameters:
  ///   - sizes: the images of calls that may be made, such as `CallSizes` finds. The smallest is the batch of one caller,
  ///     and only batches of that size are put together; the others are multiples of it.
  ///   - calls: calls that run at the same time.
  ///   - delay: how long a leader waits for company while other calls run; nothing waits on an idle classifier.
  ///   - observer: told about each call: its images, and how many callers they belong to.
  /// - Precondition: `sizes` and `calls` are positive, and there is at least one size.
  package init(
    _ classifier: any Classifier, sizes: [Int], calls: Int, delay: Duration,
    observer: @escaping @Sendable (_ images: Int, _ callers: Int) -> Void = { _, _ in }
  ) {
    let sizes = sizes.sorted()
    guard let unit = sizes.first else { preconditionFailure("a call has a size") }
    precondition(unit >= 1 && calls >= 1 && sizes.allSatisfy { $0 % unit == 0 })
    self.classifier = classifier
    self.unit = unit
    self.sizes = sizes
    capacity = calls
    self.delay = delay
    self.observer = observer
    state = Mutex(State(free: calls))
  }

  package func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    guard batch.count == unit, sizes.count > 1 else {
      observer(batch.count, 1)
      return try await classifier.predictions(for: batch)
    }
    if state.withLock({ $0.takePlace() }) { return try await lead(batch) }
    // Whoever leads reads it while this caller waits, which a borrowed one is not for.
    let own = SharedBatch(copying: batch)
    switch await turn(of: own) {
    case .predictions(let predictions): return predictions
    case .failure(let error): throw error
    case .lead: return try await lead(own.batch)
    }
  }

  /// Waits until another caller has had the batch judged, or it is time to lead.
  private func turn(of batch: SharedBatch) async -> Turn {
    await withCheckedContinuation { continuation in
      let leadsAtOnce = state.withLock { state in
        if state.takePlace() { return true }
        state.waiting.append(Caller(batch: batch, continuation: continuation))
        return false
      }
      if leadsAtOnce { continuation.resume(returning: .lead) }
    }
  }

  /// Has the own batch judged, and what waits beside it: in one call.
  private func lead(_ own: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    if delay > .zero, state.withLock({ $0.free < capacity - 1 && $0.waiting.isEmpty }) {
      try? await Task.sleep(for: delay)
    }
    let company = takeCompany()
    defer { passOn() }
    guard !company.isEmpty else {
      observer(unit, 1)
      return try await classifier.predictions(for: own)
    }
    let joined = SharedBatch(joining: own, company.map(\.batch))
    observer(joined.batch.count, 1 + company.count)
    do throws(SluiceError) {
      let predictions = try await classifier.predictions(for: joined.batch)
      for (index, caller) in company.enumerated() {
        let start = (index + 1) * unit
        caller.continuation.resume(returning: .predictions(Array(predictions[start..<start + unit])))
      }
      return Array(predictions[..<unit])
    } catch {
      // It may be one image that the call failed on: whoever sends such images is not to take others with him.
      observer(unit, 1)
      for caller in company { caller.continuation.resume(returning: await alone(caller.batch)) }
      return try await classifier.predictions(for: own)
    }
  }

  private func alone(_ shared: SharedBatch) async -> Turn {
    observer(unit, 1)
    do throws(SluiceError) {
      return .predictions(try await classifier.predictions(for: shared.batch))
    } catch {
      return .failure(error)
    }
  }

  /// As many waiting callers as make a call of one of the sizes.
  private func takeCompany() -> [Caller] {
    state.withLock { state in
      let available = unit * (1 + state.waiting.count)
      let size = sizes.last { $0 <= available } ?? unit
      let count = size / unit - 1
      defer { state.waiting.removeFirst(count) }
      return Array(state.waiting.prefix(count))
    }
  }

  /// Gives the lead to whoever waits longest, or the place back.
  private func passOn() {
    let next = state.withLock { state -> Caller? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume(returning: .lead)
  }
}

/// A batch that several tasks may hold; written by nobody after it was made.
private final class SharedBatch: Sendable {
  let batch: TensorBatch

  init(copying other: borrowing TensorBatch) {
    var copy = TensorBatch(form: other.form, count: other.count)
    for index in 0..<other.count { copy.copyImage(index, of: other, to: index) }
    batch = copy
  }

  /// - Precondition: all have the same form.
  init(joining first: borrowing TensorBatch, _ others: [SharedBatch]) {
    var joined = TensorBatch(form: first.form, count: others.reduce(first.count) { $0 + $1.batch.count })
    for index in 0..<first.count { joined.copyImage(index, of: first, to: index) }
    var place = first.count
    for other in others {
      for index in 0..<other.batch.count {
        joined.copyImage(index, of: other.batch, to: place)
        place += 1
      }
    }
    batch = joined
  }
}
