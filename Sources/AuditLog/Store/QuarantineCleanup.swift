import Common

/// Deletes the bytes of images beyond the limits, the oldest first; those that are held stay. Records stay all.
///
/// Which images go is recorded before they do. On a full disk the room that is kept for it is let go first.
package struct QuarantineCleanup: SteppedWork {
  /// What is deleted by now.
  package private(set) var pruning = AuditStore.Pruning()
  package private(set) var isDone = false

  private let store: AuditStore
  private let writer: String
  private let now: AuditTime
  private let trustsClock: Bool
  private var limits: QuarantineLimits
  private var stage = Stage.beginning
  /// Where the deletions go on that were recorded before.
  private var former = first
  private static let first = SQLValue.text("")
  /// Where the images go on that are beyond the limits.
  private var place = Place()
  private var surplus: Surplus?
  /// Whether the room that is kept for it was needed.
  private var isShortOfRoom = false

  private enum Stage { case beginning, former, excess }

  /// What there is is summed up first, which takes a second where there are millions of images.
  package var onlyReads: Bool { stage == .beginning }

  /// How many go in one step, and in one transaction of it on a full disk: the fewer, the less room it takes. What else is written
  /// has to wait until some are gone, so that the room which was let go is not taken by others.
  private static let (atOnce, few) = (200, 10)

  /// - Parameters:
  ///   - trustsClock: deletes by age also where the clock is in doubt.
  package init(
    _ store: AuditStore, to limits: QuarantineLimits, now: AuditTime = .now, trustsClock: Bool = false,
    by writer: String
  ) {
    self.store = store
    self.writer = writer
    self.limits = limits
    self.now = now
    self.trustsClock = trustsClock
  }

  package mutating func step() throws(SluiceError) {
    do throws(SluiceError) { try proceed() } catch {
      store.reserve?.take()
      throw error
    }
    if isDone { store.reserve?.take() }
  }

  private mutating func proceed() throws(SluiceError) {
    if stage == .beginning {
      (limits, pruning.doubt) = try store.believable(limits, now, trustsClock)
      surplus = try store.surplus(limits)
      stage = .former
      return
    }
    if !isShortOfRoom {
      do throws(SluiceError) { return try deleteSome(Self.atOnce) } catch {
        guard let reserve = store.reserve, reserve.release() else { throw error }
        (isShortOfRoom, stage, former) = (true, .former, Self.first)
      }
    }
    for _ in 0..<Self.atOnce / Self.few where !isDone { try deleteSome(Self.few) }
  }

  private mutating func deleteSome(_ most: Int) throws(SluiceError) {
    guard stage == .excess else {
      if try store.carryOutDeletions(after: &former, atOnce: most) { stage = .excess }
      return
    }
    let terms = PruningTerms(limits: limits, now: now, atOnce: most)
    let leaving = try store.announceOldestBeyond(terms, surplus: &surplus, from: &place, by: writer)
    pruning.add(leaving)
    if !leaving.isEmpty {
      var last = Self.first
      while try !store.carryOutDeletions(after: &last, atOnce: most) {}
    }
    isDone = place.isEnd
  }
}
