/// Who waits for a log, and what is known of it: from what happens it follows what its writer does next. Without threads, and without a
/// clock of its own.
///
/// `Ticket` is what whoever waits is answered by.
package struct AuditWriterState<Ticket: Sendable>: Sendable {
  package struct Waiter: Sendable {
    package let entries: [AuditEntry]
    /// Whether it goes on without an answer where the transaction with its entries takes too long.
    package let givesUp: Bool
    package let ticket: Ticket
  }

  /// What goes on until it has nothing to do any more, and never twice at a time.
  package enum Chore: Sendable {
    /// Writes what waits.
    case writing
    /// Looks whether those who wait do so for too long.
    case watching
    /// Tries whether a log that could not be written to can be again.
    case probing
  }

  /// Whether what was written last could be.
  private enum Health {
    case sound
    case failing
    /// An entry with an image failed, and none has succeeded since, nor a trial: the bytes may lie on another disk, or in a folder that
    /// nobody may write to.
    case failingToKeep
  }

  /// Enough to make a flush cheap, and few enough to keep a transaction short.
  private static var maxTogether: Int { 512 }

  private let patience: Duration?
  private var waiting: [Waiter] = []
  /// Whose entries are in the transaction that is under way, in order; `nil` for those who have given it up.
  private var writing: [Waiter?] = []
  private var chores: Set<Chore> = []
  private var health = Health.sound
  /// When what is being done on the log now began.
  private var beginning: ContinuousClock.Instant?
  /// Whether something took longer than is permitted, and nothing has succeeded since.
  private var hangs = false

  /// - Parameters:
  ///   - patience: how long anything on the log may take before whoever waits behind it is refused; `nil` for as long as it takes.
  package init(patience: Duration?) {
    self.patience = patience
  }

  /// Whether entries can be expected to be added.
  package mutating func isWritable(at now: ContinuousClock.Instant) -> Bool {
    !isStuck(at: now) && health == .sound
  }

  /// Whether something takes longer than is permitted, or did and nothing has succeeded since.
  package mutating func isStuck(at now: ContinuousClock.Instant) -> Bool {
    if let patience, let beginning, beginning.duration(to: now) > patience { hangs = true }
    return hangs
  }

  // MARK: - Waiting

  /// - Returns: what must be started.
  package mutating func enqueue(_ entries: [AuditEntry], givesUp: Bool = false, _ ticket: Ticket) -> [Chore] {
    waiting.append(Waiter(entries: entries, givesUp: givesUp, ticket: ticket))
    return start(.writing) + (patience == nil ? [] : start(.watching))
  }

  /// Those whose entries go into the next transaction; `nil` where nobody waits, and the next one who comes has writing started.
  package mutating func nextWaiters() -> [Waiter]? {
    guard !waiting.isEmpty else {
      chores.remove(.writing)
      return nil
    }
    var count = 1
    var entries = waiting[0].entries.count
    while count < waiting.count, entries + waiting[count].entries.count <= Self.maxTogether {
      entries += waiting[count].entries.count
      count += 1
    }
    let chosen = Array(waiting.prefix(count))
    waiting.removeFirst(count)
    writing = chosen
    return chosen
  }

  /// Those who wait for the transaction that has ended, each in its place; `nil` for those who have given it up.
  package mutating func endedWriting() -> [Waiter?] {
    defer { writing = [] }
    return writing
  }

  /// Those who give up the transaction that their entries are in, because it takes too long.
  package mutating func givingUp(at now: ContinuousClock.Instant) -> [Waiter] {
    guard isStuck(at: now) else { return [] }
    let leaving = writing.compactMap(\.self).filter(\.givesUp)
    writing = writing.map { $0?.givesUp == true ? nil : $0 }
    return leaving
  }

  /// Those who are to be refused, because what they wait behind takes too long.
  package mutating func refused(at now: ContinuousClock.Instant) -> [Waiter] {
    var refused: [Waiter] = []
    if isStuck(at: now) { swap(&refused, &waiting) }
    return refused
  }

  /// Whether there is still somebody to watch over; otherwise the next one who comes has watching started.
  package mutating func watchesOn() -> Bool {
    if !chores.contains(.writing) { chores.remove(.watching) }
    return chores.contains(.watching)
  }

  // MARK: - What happens on the log

  /// Something is done on the log from now on.
  package mutating func began(at now: ContinuousClock.Instant) { beginning = now }

  /// What was done on the log has ended, well or not.
  ///
  /// - Returns: what must be started.
  package mutating func ended(well isWell: Bool, at now: ContinuousClock.Instant) -> [Chore] {
    defer { beginning = nil }
    if isWell {
      hangs = false
      return []
    }
    // Nobody else finds out that it goes on.
    return isStuck(at: now) ? fails(.failing) : []
  }

  /// Where images cannot be kept, entries without any say nothing about that.
  package mutating func wrote(_ entries: [AuditEntry]) {
    if health != .failingToKeep || entries.keepImages { health = .sound }
  }

  /// - Returns: what must be started: whoever asks whether entries can be added may send none as long as they cannot, so somebody else
  ///   has to try.
  package mutating func failedToWrite(_ entries: [AuditEntry]) -> [Chore] {
    fails(entries.keepImages ? .failingToKeep : .failing)
  }

  /// A trial has ended, well or not.
  ///
  /// - Returns: whether there must be another one.
  package mutating func probed(well isWell: Bool) -> Bool {
    if isWell { health = .sound }
    if health == .sound { chores.remove(.probing) }
    return chores.contains(.probing)
  }

  private mutating func fails(_ failure: Health) -> [Chore] {
    if health != .failingToKeep { health = failure }
    return start(.probing)
  }

  private mutating func start(_ chore: Chore) -> [Chore] {
    chores.insert(chore).inserted ? [chore] : []
  }
}

extension [AuditEntry] {
  fileprivate var keepImages: Bool { contains { $0.image != nil } }
}
