import NIOCore

/// What has been written and has not gone yet, because the other end reads no further or gives it no room.
///
/// It sees whole writes go, not bytes, so writes are to be pieces: a large one would look untaken for as long as it needs.
package struct UntakenWrites {
  /// Less than the slowest pace that is borne takes in its interval.
  package static let pieceSize = 16_384

  private let patience: TimeAmount
  private var writes = 0
  private var lastProgress = NIODeadline.uptimeNanoseconds(0)

  /// - Parameters:
  ///   - patience: how long nothing may be taken; at least as long as a piece may need.
  package init(patience: TimeAmount, pace: Pace = .standard) {
    self.patience = max(patience, TimeAmount(pace.interval))
  }

  package mutating func add(at now: NIODeadline) {
    if writes == 0 { lastProgress = now }
    writes += 1
  }

  /// A write has gone, or never will.
  package mutating func remove(at now: NIODeadline) {
    writes -= 1
    lastProgress = now
  }

  package var isEmpty: Bool { writes == 0 }

  /// When it is too late for what is left; `nil` where nothing is.
  package var end: NIODeadline? { isEmpty ? nil : lastProgress + patience }
}
