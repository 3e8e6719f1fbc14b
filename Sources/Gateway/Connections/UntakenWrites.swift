import NIOCore

/// What has been written and has not gone yet, because the other end reads no further or gives it no room.
///
/// Whoever takes something, however little of it is a whole write, may take as long as the bytes need at the slowest pace
/// that is borne, and a time beside it.
package struct UntakenWrites {
  private let patience: TimeAmount
  private let pace: Pace
  private var writes = 0
  private var bytes = 0
  private var lastProgress = NIODeadline.uptimeNanoseconds(0)

  package init(patience: TimeAmount, pace: Pace = .standard) {
    self.patience = patience
    self.pace = pace
  }

  package mutating func add(_ count: Int, at now: NIODeadline) {
    if writes == 0 { lastProgress = now }
    writes += 1
    bytes += count
  }

  /// A write has gone, or never will.
  package mutating func remove(_ count: Int, at now: NIODeadline) {
    writes -= 1
    bytes -= count
    lastProgress = now
  }

  package var isEmpty: Bool { writes == 0 }

  /// When it is too late for what is left; `nil` where nothing is.
  package var end: NIODeadline? {
    guard !isEmpty else { return nil }
    let timePerByte = TimeAmount(pace.interval).nanoseconds / Int64(pace.bytes)
    return lastProgress + patience + .nanoseconds(Int64(bytes) * timePerByte)
  }
}
