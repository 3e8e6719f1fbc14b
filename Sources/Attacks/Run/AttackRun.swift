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
  private let plan: AttackPlan
  private let filter: Pipeline
  /// What is asked: the filter, or its classifier alone where that is the goal.
  private let asked: Pipeline
  private let classes: TrueClasses
  private let folder: AttackFolder
  private let workers: Int
  private let pool: WorkerPool
  private let interruption: Interruption?
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
    var names = AttackNames()
    var number = 0
    var failure: SluiceError?
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        while number < count, interruption?.isRequested != true, let input = try inputs.next() {
          let item = Item(
            number: number, name: names.name(for: input.source), digest: sha256(input.bytes), input: input)
          number += 1
          if let done = known[item.number], done.sha256 == item.digest, done.source == input.source {
            progress(results.add(done))
            continue
          }
          if running == workers {
            try await group.next()
            running -= 1
          }
          running += 1
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

  private struct Item: Sendable {
    let number: Int
    let name: String
    let digest: String
    let input: EncodedInput

    func image(_ outcome: AttackedImage.Outcome, _ reason: String? = nil) -> AttackedImage {
      var image = AttackedImage(number: number, source: input.source, name: name, sha256: digest, outcome: outcome)
      image.reason = reason
      return image
    }
  }

  /// What becomes of one picture; `nil` after an interruption.
  private func attack(_ item: Item, _ starts: [AttackStart]) async throws(SluiceError) -> AttackedImage? {
    let carrier: Carrier
    do throws(SluiceError) {
      carrier = try self.carrier(of: item.input)
    } catch {
      return item.image(.skipped, error.message)
    }
    let target = FilterTarget(asked, carrier, savedAs: plan.form, on: pool)
    let file = try target.file(of: carrier.original)
    let limit = filter.definition.limits.maxBytes
    guard file.count <= limit else {
      return item.image(
        .skipped, "saved as \(plan.form.description) it has \(file.count) bytes; the filter takes \(limit)")
    }
    let clean = try await target.answer(to: file)
    guard let seen = clean.topClass else {
      return item.image(.skipped, "the filter refuses the unchanged picture, or cannot judge it")
    }
    let actual = classes(item.input.source) ?? seen
    var image = item.image(.failed)
    image.name = classes.numbered(item.name, actual)
    image.trueClass = actual
    guard seen == actual else {
      image.outcome = .skipped
      image.reason = "the classifier is wrong about the unchanged picture"
      return image
    }
    var random = RandomNumbers(seed: "\(plan.seed) \(plan.kind.name) \(item.digest)")
    image.target = try wanted(actual, classes.count, &random)
    if image.target == actual {
      image.outcome = .skipped
      image.reason = "it is of the wanted class"
      return image
    }
    let attack = plan.kind.make(plan.values)
    let oracle = Oracle(
      target, original: carrier.original,
      objective: Objective(goal: plan.goal, sight: plan.sight, trueClass: actual, target: image.target),
      limit: attack.limit, budget: plan.budget,
      isInterrupted: { [interruption] in interruption?.isRequested == true })
    do throws(SluiceError) {
      try await attack.run(
        oracle, starts: starts.chosen(for: image, carrier.original, &random), random: &random)
    } catch {
      if error.code == .cancelled { return nil }
      throw error
    }
    image.queries = oracle.queries
    guard let success = oracle.success else { return image }
    return try await saved(success, image, target, carrier)
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

  private func wanted(_ actual: Int, _ count: Int, _ random: inout RandomNumbers) throws(SluiceError) -> Int? {
    switch plan.target {
    case nil: return nil
    case .number(let number):
      guard (0..<count).contains(number) else {
        throw SluiceError(.invalidAttack, "there is no class \(number); permitted: 0…\(count - 1)")
      }
      return number
    case .random:
      guard count > 1 else { throw SluiceError(.invalidAttack, "a classifier of one class cannot be wrong") }
      let drawn = random.index(below: count - 1)
      return drawn < actual ? drawn : drawn + 1
    }
  }

  private func carrier(of input: EncodedInput) throws(SluiceError) -> Carrier {
    try input.checkIsReadable()
    let decoded = try ImageDecoder(limits: filter.definition.limits).decode(input.bytes.span)
    return Carrier(decoded.takePixels(), filter.definition.preprocessor)
  }

  /// Pictures that attacks may begin at: what an attacker has and knows the answers to. None where the attack needs none.
  ///
  /// - Throws: what reading the pictures throws; what keeps the filter from judging.
  package func starts(_ inputs: sending any InputSequence) async throws(SluiceError) -> [AttackStart] {
    guard plan.kind.beginsAtOthers else { return [] }
    var starts: [AttackStart] = []
    var (read, bytes) = (0, 0)
    while !isEnough(starts, read), bytes < AttackStart.maximumBytes, interruption?.isRequested != true,
      let input = try inputs.next()
    {
      read += 1
      guard let carrier = try? carrier(of: input) else { continue }
      let target = FilterTarget(asked, carrier, savedAs: plan.form, on: pool)
      let answer = try await target.answer(to: target.file(of: carrier.original))
      guard let seen = answer.topClass, plan.goal == .classifier || !answer.isHeldBack else { continue }
      let start = AttackStart(picture: carrier.original, seenClass: seen)
      guard isWanted(start, beside: starts) else { continue }
      starts.append(start)
      bytes += carrier.original.samples.count
    }
    return starts
  }

  private func isWanted(_ start: AttackStart, beside starts: [AttackStart]) -> Bool {
    if case .number(let wanted) = plan.target { return start.seenClass == wanted }
    return starts.count { $0.seenClass == start.seenClass } < AttackStart.ofOneClass
  }

  /// Folders are often sorted by class: as long as all are of one class, none of that can begin anywhere.
  private func isEnough(_ starts: [AttackStart], _ read: Int) -> Bool {
    guard read < AttackStart.maximumRead else { return true }
    return switch plan.target {
    case nil: read >= AttackStart.usual && Set(starts.map(\.seenClass)).count > 1
    case .number: starts.count >= AttackStart.tried
    case .random: starts.count >= AttackStart.maximumKept
    }
  }
}
