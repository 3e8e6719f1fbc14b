/// What makes images go, and how many at a time.
struct PruningTerms {
  let limits: QuarantineLimits
  let now: AuditTime
  let atOnce: Int

  /// Images that were stored before, in microseconds since 1970, are too old.
  var oldest: Int { limits.age.map { (now - $0).microseconds } ?? .min }
}

extension QuarantineCleanup {
  /// An image that goes.
  struct Leaving {
    let sha256: String
    /// As they lie on the disk.
    let bytes: Int
    let stored: Int
  }

  /// A place among the images from the oldest to the newest, as the database has it: it only ever moves on, whatever a stranger has
  /// put into the columns.
  struct Place {
    var stored = SQLValue.integer(.min)
    var sha256 = SQLValue.text("")
    var isEnd = false
  }

  /// Bytes beyond what may be kept, as a clean-up counts them once and then takes off what leaves.
  ///
  /// Images that come meanwhile are left to the next clean-up.
  struct Surplus {
    var bytes: Int
    /// Deletions that had been recorded by then. Where there are more, somebody else deletes too, and all is counted again: what both
    /// took off would be missing twice.
    var deletions: Int

    mutating func subtract(_ leaving: [Leaving]) {
      bytes -= leaving.reduce(0) { $0 + $1.bytes }
      deletions += 1
    }
  }
}
