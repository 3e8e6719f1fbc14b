import Common
import Glibc
import SystemPackage

/// A request to stop reading: what is in flight is finished, nothing new is begun.
///
/// It is a pipe: a reader that waits for input is woken by a byte in it, and a signal handler may write that byte.
package final class Interruption: Sendable {
  private let readEnd: Int32
  /// Writing a byte here asks to stop; safe in a signal handler, and never blocking.
  package let wakeDescriptor: Int32

  /// - Throws: `unreadable-file` when the system has no descriptors left.
  package init() throws(SluiceError) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else {
      throw SluiceError(.unreadableFile, "cannot make a pipe: \(Errno(rawValue: errno))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    readEnd = ends[0]
    wakeDescriptor = ends[1]
  }

  deinit {
    close(readEnd)
    close(wakeDescriptor)
  }

  package var isRequested: Bool {
    var polled = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, 0) > 0
  }

  /// Asks to stop. May be called from any thread, any number of times.
  package func request() {
    var byte: UInt8 = 0
    _ = unsafe write(wakeDescriptor, &byte, 1)
  }

  /// Waits until `descriptor` has input or is at its end; false when asked to stop before that.
  func waitForInput(_ descriptor: Int32) -> Bool {
    while true {
      var polled = [
        pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let ready = unsafe poll(&polled, 2, -1)
      if ready < 0 && errno != EINTR { return true }
      if ready > 0 { return polled[0].revents == 0 }
    }
  }
}
