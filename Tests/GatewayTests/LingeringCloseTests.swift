import Gateway
import Testing

/// How a connection ends behind its last answer.
struct LingeringCloseTests {
  /// Whether somebody waits for a moment to be over.
  private final class Timer {
    var isCancelled = false
  }

  private enum Step {
    case answerIsGone, clientEnds, timeIsOver
  }

  /// A connection, and what happens on it.
  private struct Connection {
    var closing = LingeringClose()
    let timer = Timer()

    /// What there is to do then.
    mutating func take(_ step: Step) -> LingeringClose.Action {
      switch step {
      case .answerIsGone: closing.answerIsGone()
      case .clientEnds: closing.clientEnds()
      case .timeIsOver: closing.end()
      }
    }

    mutating func begin() -> Bool { closing.begin() }

    mutating func drain() {
      let timer = timer
      closing.drains { timer.isCancelled = true }
    }
  }

  @Test("it begins once")
  func beginning() {
    var connection = Connection()
    let early = connection.take(.answerIsGone)
    #expect(connection.closing.isOpen && early == .nothing)
    let begins = [connection.begin(), connection.begin()]
    #expect(begins == [true, false] && !connection.closing.isOpen && !connection.closing.isClosed)
  }

  @Test("what comes behind the answer is dropped until the client ends, and then nobody waits any more")
  func clientEnds() {
    var connection = Connection()
    _ = connection.begin()
    let first = connection.take(.answerIsGone)
    connection.drain()
    let second = connection.take(.answerIsGone)
    #expect(first == .drain && second == .nothing && !connection.timer.isCancelled)
    let end = connection.take(.clientEnds)
    #expect(end == .close && connection.closing.isClosed && connection.timer.isCancelled)
    let later = [connection.take(.timeIsOver), connection.take(.clientEnds), connection.take(.answerIsGone)]
    let begins = connection.begin()
    #expect(later == [.nothing, .nothing, .nothing] && !begins)
  }

  @Test("or until it has been long enough")
  func timeIsOver() {
    var connection = Connection()
    _ = connection.begin()
    _ = connection.take(.answerIsGone)
    connection.drain()
    let actions = [connection.take(.timeIsOver), connection.take(.clientEnds)]
    #expect(actions == [.close, .nothing] && connection.closing.isClosed)
  }

  @Test(
    "who ends while the answer is on its way, or before, gets all of it, and is not waited for",
    arguments: [true, false])
  func earlyEnd(isBefore: Bool) {
    var connection = Connection()
    if !isBefore { _ = connection.begin() }
    let end = connection.take(.clientEnds)
    #expect(end == .nothing && connection.closing.isOpen == isBefore)
    if isBefore { _ = connection.begin() }
    let gone = connection.take(.answerIsGone)
    #expect(gone == .close && connection.closing.isClosed)
  }

  @Test("a connection that is gone is not waited for, and a moment that begins too late is none")
  func goneConnection() {
    var connection = Connection()
    _ = connection.begin()
    let gone = connection.closing.answerIsGone(isActive: false)
    connection.drain()
    #expect(gone == .close && connection.closing.isClosed && connection.timer.isCancelled)
  }
}
