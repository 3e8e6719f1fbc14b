import Pixels
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A request to stop reading: what is in flight is finished, nothing new is begun.
///
/// A pipe wakes a reader that waits for input; a flag alone would leave it waiting.
package final class Interruption: Sendable {
  private let requested = Atomic<Bool>(false)
  private let readEnd: Int32
  private let writeEnd: Int32

  /// - Throws: `unreadable-file` when the system has no descriptors left.
  package init() throws(SluiceError) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw SluiceError(.unreadableFile, "cannot make a pipe: \(lastSystemError())")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      // A signal handler writes here: a full pipe must not hold it up.
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  package var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks to stop. May be called from any thread, any number of times.
  package func request() {
    requested.store(true, ordering: .releasing)
    var byte: UInt8 = 0
    _ = unsafe write(writeEnd, &byte, 1)
  }

  /// Waits until `descriptor` has input or is at its end; false when asked to stop before that.
  func waitForInput(_ descriptor: Int32) -> Bool {
    while !isRequested {
      var polled = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
      ]
      let ready = unsafe poll(&polled, 2, -1)
      if ready < 0 && errno != EINTR { return true }
      if ready > 0 && polled[1].revents == 0 && polled[0].revents != 0 { return true }
    }
    return false
  }
}
