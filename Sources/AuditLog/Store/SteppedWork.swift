import Common

/// Work on a log that is done a little at a time: whoever records verdicts meanwhile waits for one step at most.
package protocol SteppedWork: Sendable {
  var isDone: Bool { get }
  /// Whether the next step changes nothing, so that nobody who records need wait for it, however much it reads.
  var onlyReads: Bool { get }

  /// Does some of what is left, on a thread that may wait for the disk.
  ///
  /// - Throws: `audit-unavailable`.
  mutating func step() throws(SluiceError)
}

extension SteppedWork {
  package var onlyReads: Bool { false }

  /// Does all that is left.
  ///
  /// - Throws: `audit-unavailable`.
  mutating func finish() throws(SluiceError) {
    while !isDone { try step() }
  }
}
