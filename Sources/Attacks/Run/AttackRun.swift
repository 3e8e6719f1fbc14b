import Calibration
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pixels
import Workers

/// Attacks pictures one by one, several at a time, and writes what succeeds into a folder.
///
/// What becomes of a picture follows from its bytes, the plan and the filter: not from the order, the number of workers, or
/// whether the run was interrupted. So many pictures as there are workers are in memory, with what their attack holds, and the
/// pictures that HopSkipJump may begin at, up to half a gigabyte.
package struct AttackRun: Sendable {
  let plan: AttackPlan
  let filter: Pipeline
  /// What is asked: the filter, or its classifier alone where that is the goal.
  let asked: Pipeline
  let classes: TrueClasses
  private let folder: AttackFolder
  private let workers: Int
  let pool: WorkerPool
  let interruption: Interruption?
  private let sha256: @Sendable ([UInt8]) -> String

  /// How far a run is.
  package struct Progress: Sendable {
    package var attacked = 0
    package var succeeded = 0
    package var skipped = 0
    package var queries = 0

    package init() {}
  }

  /// - Parameters:
  ///   - classifierAlone: the filter without its detectors, which answers faster.
  package init(
    _ plan: AttackPlan, on filter: Pipeline, classifierAlone: Pipeline, into folder: AttackFolder, workers: Int,
    interruption: Interruption? = nil, sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.plan = plan
    self.filter = filter
    asked = plan.goal == .filter ? filter : classifierAlone
    classes = TrueClasses(of: filter)
    self.folder = folder
    self.workers = workers
    pool = WorkerPool(threads: workers)
    self.interruption = interruption
    self.sha256 = sha256
  }

  /// Attacks the pictures, and returns what became of each, in their order; what an interruption kept from being attacked is
  /// not among them.
  ///
  /// - Parameters:
  ///   - count: pictures beyond this number are left alone.
  ///   - starts: pictures of which attacks may begin at some.
  ///   - progress: told after each picture.
  /// - Throws: what reading the pictures as a whole throws; `unwritable-output`; what keeps the filter from judging.
  package func run(
    _ inputs: sending any InputSequence, count: Int, starts: [AttackStart] = [], journal: sending AttackJournal,
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws(SluiceError) -> [AttackedImage] {
    let known = journal.images
    let results = SharedResults(journal)
    var items = AttackItems(inputs, count: count, sha256: sha256)
    var failure: SluiceError?
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        while interruption?.isRequested != true, let item = try items.next() {
          if let done = known[item.number], item.isOriginal(of: done) {
            progress(results.add(done))
            continue
          }
          if running == workers { try await group.next() } else { running += 1 }
          group.addTask(executorPreference: pool) {
            guard let image = try await attack(item, starts) else { return }
            progress(try results.write(image))
          }
        }
        try await group.waitForAll()
      }
    } catch let error as SluiceError {
      failure = error
    } catch {
      failure = SluiceError(.invalidAttack, "\(error)")
    }
    if let failure { throw failure }
    return results.images
  }

  /// What becomes of one picture; `nil` after an interruption.
  private func attack(_ item: AttackItem, _ starts: [AttackStart]) async throws(SluiceError) -> AttackedImage? {
    switch try await prepared(item) {
    case .ready(let prepared): try await search(prepared, starts)
    case .skipped(let image): image
    }
  }

  /// What the attack finds; `nil` after an interruption.
  private func search(
    _ prepared: PreparedAttack, _ starts: [AttackStart]
  ) async throws(SluiceError) -> AttackedImage? {
    var (image, random) = (prepared.image, prepared.random)
    let original = prepared.carrier.original
    let attack = plan.kind.make(plan.values)
    let oracle = Oracle(
      prepared.target, original: original,
      objective: Objective(
        goal: plan.goal, sight: plan.sight, trueClass: prepared.trueClass, target: image.target),
      limit: attack.limit, budget: plan.budget,
      isInterrupted: { [interruption] in interruption?.isRequested == true })
    do throws(SluiceError) {
      try await attack.run(oracle, starts: starts.chosen(for: image, original, &random), random: &random)
    } catch {
      if error.code == .cancelled { return nil }
      throw error
    }
    image.queries = oracle.queries
    guard let success = oracle.success else { return image }
    return try await saved(success, image, prepared.target, prepared.carrier)
  }

  /// Writes the file, and reads it again for what is said about it.
  private func saved(
    _ success: Oracle.Success, _ image: AttackedImage, _ target: FilterTarget, _ carrier: Carrier
  ) async throws(SluiceError) -> AttackedImage {
    var image = image
    let path = folder.picture(image.name, plan.form)
    try replaceFile(path, with: try target.file(of: success.picture))
    let limits = filter.definition.limits
    let file = try readFile(path, atMost: limits.maxBytes)
    let answer = try await filter.answer(to: file)
    let decoded = try ImageDecoder(limits: limits).decode(file.span)
    image.outcome = .succeeded
    image.queries = success.queries
    image.distances = Distances(carrier.part(of: Picture(decoded.takePixels())), carrier.original)
    image.seenClass = answer.topClass
    image.probability = answer.probability
    image.isFlagged = answer.isHeldBack
    image.pValue = answer.pValue
    return image
  }
}
