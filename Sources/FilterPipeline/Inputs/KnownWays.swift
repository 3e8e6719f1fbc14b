/// Where walks along a structure have led before, so that no walk goes the same way again.
///
/// In a hostile stream many beginnings share one long rest, which each of them would walk to its end: chunks that are
/// linked to the same chain, markers before the same fill bytes. A walk that meets a place where another one passed
/// leaps to where that one stopped, and leaves a word for the next: together they cost little more than one of them.
struct KnownWays {
  /// From places that were passed to a place further on, both counted from the start of the stream.
  private var leads: [Int: Int] = [:]
  private var capacity = 1024

  /// The furthest known place on the way from here; `nil` where no walk passed.
  func lead(from place: Int) -> Int? { leads[place] }

  /// Tells later walks where this one stopped.
  ///
  /// - Parameters:
  ///   - passed: places along the way, those from which it leapt among them. A few of many are enough: a walk that is
  ///     on the same way comes to one of them soon.
  ///   - consumed: how much of the stream nobody will walk again.
  mutating func add(_ passed: [Int], leadingTo end: Int, consumed: Int) {
    for place in passed where place < end { leads[place] = end }
    guard leads.count > capacity else { return }
    leads = leads.filter { $0.key >= consumed }
    capacity = max(capacity, 2 * leads.count)
  }
}
