import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// The words the system has for its last error.
func lastSystemError() -> String {
  unsafe String(cString: strerror(errno))
}

/// Reads a whole file of at most `limit` bytes.
///
/// - Throws: `unreadable-file`, also for a folder or a longer file.
/// - Complexity: O(bytes); memory never exceeds `limit` by more than one block.
package func readFile(_ path: String, atMost limit: Int) throws(SluiceError) -> [UInt8] {
  var source = try FileDescriptor.opened(path)
  var bytes: [UInt8] = []
  while true {
    let block = try source.read()
    if block.isEmpty { return bytes }
    bytes += block
    guard bytes.count <= limit else {
      throw SluiceError(.unreadableFile, "\(path) is longer than \(limit) bytes")
    }
  }
}

/// Hands a file of any length to `body`, a block at a time.
///
/// - Throws: `unreadable-file`, also for a folder.
/// - Complexity: O(bytes); memory for one block.
package func readFile(_ path: String, inBlocks body: (ArraySlice<UInt8>) -> Void) throws(SluiceError) {
  var source = try FileDescriptor.opened(path)
  while true {
    let block = try source.read()
    if block.isEmpty { return }
    body(block)
  }
}

/// An open file that is read in blocks and closed when it goes out of use.
package struct FileDescriptor: ~Copyable {
  private let descriptor: Int32
  private let name: String
  private let closesAtEnd: Bool
  private var block: [UInt8]
  private let interruption: Interruption?

  private static let blockSize = 1 << 16

  private init(_ descriptor: Int32, name: String, closesAtEnd: Bool, interruption: Interruption?) {
    self.descriptor = descriptor
    self.name = name
    self.closesAtEnd = closesAtEnd
    self.interruption = interruption
    block = [UInt8](repeating: 0, count: Self.blockSize)
  }

  /// Opens a file for reading.
  ///
  /// - Throws: `unreadable-file` when it does not exist, is a folder, or may not be read.
  package static func opened(
    _ path: InputPath, interruption: Interruption? = nil
  ) throws(SluiceError) -> FileDescriptor {
    // Opening a named pipe waits for its writer, and no signal ends that; waiting for its first byte can be ended.
    let waiting = interruption == nil ? 0 : O_NONBLOCK
    let descriptor = unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC | waiting) }
    guard descriptor >= 0 else {
      throw SluiceError(.unreadableFile, "\(path): \(lastSystemError())")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw SluiceError(.unreadableFile, "\(path) is a folder")
    }
    return FileDescriptor(descriptor, name: path.description, closesAtEnd: true, interruption: interruption)
  }

  /// Opens a file whose path is text.
  package static func opened(_ path: String, interruption: Interruption? = nil) throws(SluiceError) -> FileDescriptor {
    try opened(InputPath(path), interruption: interruption)
  }

  /// Standard input; it stays open.
  package static func standardInput(interruption: Interruption? = nil) -> FileDescriptor {
    FileDescriptor(STDIN_FILENO, name: "standard input", closesAtEnd: false, interruption: interruption)
  }

  deinit {
    if closesAtEnd { close(descriptor) }
  }

  /// The next bytes; none at the end, or when the run was interrupted.
  ///
  /// - Throws: `unreadable-file` when the system reports an error.
  package mutating func read() throws(SluiceError) -> ArraySlice<UInt8> {
    while true {
      if let interruption, !interruption.waitForInput(descriptor) { return [] }
      let count = unsafe block.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if count >= 0 { return block[..<count] }
      guard errno == EINTR || errno == EAGAIN && interruption != nil else {
        throw SluiceError(.unreadableFile, "\(name): \(lastSystemError())")
      }
    }
  }
}
