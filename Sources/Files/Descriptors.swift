import Common
import Glibc
import SystemPackage

extension FileDescriptor {
  /// Opens a file whose path is bytes; it closes when the process becomes another one.
  static func opened(
    _ path: RawPath, _ mode: AccessMode, _ options: OpenOptions = [], permissions: FilePermissions? = nil
  ) throws(Errno) -> FileDescriptor {
    try unsafe path.withCString { (path) throws(Errno) in
      do {
        return try unsafe open(path, mode, options: options.union(.closeOnExec), permissions: permissions)
      } catch {
        throw Errno(error)
      }
    }
  }

  /// Writes all of the bytes, and waits where whoever shares the pipe or terminal made it non-blocking.
  ///
  /// - Complexity: O(bytes).
  func writeAll(of bytes: [UInt8]) throws(Errno) {
    var rest = bytes[...]
    while !rest.isEmpty {
      do {
        rest = rest.dropFirst(try unsafe rest.withUnsafeBytes { unsafe try write($0) })
      } catch {
        guard Errno(error) == .wouldBlock || Errno(error) == .resourceTemporarilyUnavailable else { throw Errno(error) }
        var polled = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&polled, 1, -1)
      }
    }
  }

  /// The next bytes of at most a block; none at the end.
  func nextBytes(_ block: inout [UInt8]) throws(Errno) -> ArraySlice<UInt8> {
    do {
      let count = try unsafe block.withUnsafeMutableBytes { unsafe try read(into: $0) }
      return block[..<count]
    } catch {
      throw Errno(error)
    }
  }

  /// Makes what was written durable.
  func flush() throws(Errno) {
    guard fsync(rawValue) == 0 else { throw Errno(rawValue: errno) }
    FlushObserver.current?.note(self)
  }

  /// Takes away what the file holds.
  func empty() throws(Errno) {
    guard ftruncate(rawValue, 0) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Closes a file that was written to. It is closed after a failure as well.
  func closeReporting() throws(Errno) {
    do { try close() } catch { throw Errno(error) }
  }

  /// Closes a file of which nothing more is expected.
  func closeQuietly() { try? close() }
}

extension Errno {
  /// The library's functions throw nothing else, which their types do not say.
  init(_ error: any Error) { self = error as? Errno ?? .ioError }
}
