import NIOCore

/// How far a connection is that ends behind its last answer.
///
/// Closing while the client still has something to say would make the system throw the answer away. So what comes behind the last
/// answer is read and dropped for a moment, until the client ends as well. Whoever handles the connection tells what happens on it,
/// and does what that leads to.
package struct LingeringClose {
  private enum State {
    /// Nothing ends yet.
    case open
    /// The last answer is on its way, and nothing is sent behind it.
    case answering
    /// What comes is dropped until the client ends, or until this is over.
    case draining(cancel: () -> Void)
    case closed
  }

  /// What there is to do.
  package enum Action: Hashable {
    case nothing
    /// Read what still comes, and say when that has been long enough.
    case drain
    case close
  }

  /// How long what comes is dropped.
  static let patience = TimeAmount.seconds(2)

  private var state = State.open
  private var clientHasEnded = false

  package init() {}

  package var isOpen: Bool { if case .open = state { true } else { false } }
  package var isClosed: Bool { if case .closed = state { true } else { false } }

  /// The last answer is on its way.
  ///
  /// - Returns: false where it was before.
  package mutating func begin() -> Bool {
    guard isOpen else { return false }
    state = .answering
    return true
  }

  /// The client has taken the last answer, or never will.
  package mutating func answerIsGone(isActive: Bool = true) -> Action {
    guard case .answering = state else { return .nothing }
    return isActive && !clientHasEnded ? .drain : end()
  }

  /// The moment for which what comes is dropped has begun.
  ///
  /// - Parameters:
  ///   - cancel: has nobody wait for its end any more.
  package mutating func drains(cancel: @escaping () -> Void) {
    guard case .answering = state else { return cancel() }
    state = .draining(cancel: cancel)
  }

  /// The client sends no more.
  package mutating func clientEnds() -> Action {
    clientHasEnded = true
    guard case .draining = state else { return .nothing }
    return end()
  }

  /// What comes has been dropped for long enough, or the connection is gone.
  package mutating func end() -> Action {
    guard !isClosed else { return .nothing }
    if case .draining(let cancel) = state { cancel() }
    state = .closed
    return .close
  }
}

extension LingeringClose {
  /// Begins the moment for which what comes is dropped. Whoever reads does so afterwards: what is read is handled meanwhile.
  ///
  /// - Parameters:
  ///   - whenOver: what to do when it has been long enough.
  mutating func startDraining(on eventLoop: any EventLoop, whenOver: @escaping () -> Void) {
    let timer = eventLoop.assumeIsolated().scheduleTask(in: Self.patience, whenOver)
    drains { timer.cancel() }
  }
}
