import Common
import Glibc
import SystemPackage

/// Reads a whole file of at most `limit` bytes.
///
/// - Throws: `unreadable-file`, also for a folder or a longer file.
/// - Complexity: O(bytes); memory never exceeds `limit` by more than one block.
package func readFile(_ path: String, atMost limit: Int) throws(SluiceError) -> [UInt8] {
  try readFile(RawPath(path), atMost: limit)
}

/// Reads a whole file of at most `limit` bytes whose path need not be text.
///
/// - Parameter followsLinks: whether a link stands for what it leads to; otherwise it cannot be read.
package func readFile(
  _ path: RawPath, atMost limit: Int, followsLinks: Bool = true
) throws(SluiceError) -> [UInt8] {
  var source = try FileReader(path, followsLinks: followsLinks)
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
  var source = try FileReader(path)
  while true {
    let block = try source.read()
    if block.isEmpty { return }
    body(block)
  }
}

/// An open file that is read in blocks and closed when it goes out of use.
package struct FileReader: ~Copyable {
  /// What the system said of the file when it was opened.
  package let status: FileStatus?
  private let descriptor: FileDescriptor
  private let name: String
  private let closesAtEnd: Bool
  private var block: [UInt8]
  private let interruption: Interruption?

  private static let blockSize = 1 << 16

  private init(_ descriptor: FileDescriptor, name: String, closesAtEnd: Bool, interruption: Interruption?) {
    status = FileStatus(descriptor)
    self.descriptor = descriptor
    self.name = name
    self.closesAtEnd = closesAtEnd
    self.interruption = interruption
    block = [UInt8](repeating: 0, count: Self.blockSize)
  }

  /// Opens a file for reading.
  ///
  /// - Throws: `unreadable-file` when it does not exist, is a folder, or may not be read.
  package init(
    _ path: RawPath, interruption: Interruption? = nil, followsLinks: Bool = true
  ) throws(SluiceError) {
    let descriptor: FileDescriptor
    // Opening a named pipe waits for its writer, and no signal ends that; waiting for its first byte can be ended.
    let options: FileDescriptor.OpenOptions = interruption == nil ? [] : .nonBlocking
    do throws(Errno) {
      descriptor = try FileDescriptor.opened(path, .readOnly, followsLinks ? options : options.union(.noFollow))
    } catch {
      throw .unreadable(path, error)
    }
    guard let status = FileStatus(descriptor), !status.isFolder else {
      descriptor.closeQuietly()
      throw SluiceError(.unreadableFile, "\(path) is a folder")
    }
    self.init(descriptor, name: path.description, closesAtEnd: true, interruption: interruption)
  }

  /// Opens a file whose path is text.
  package init(_ path: String, interruption: Interruption? = nil) throws(SluiceError) {
    try self.init(RawPath(path), interruption: interruption)
  }

  /// Standard input; it stays open.
  package static func standardInput(interruption: Interruption? = nil) -> FileReader {
    FileReader(.standardInput, name: "standard input", closesAtEnd: false, interruption: interruption)
  }

  deinit {
    if closesAtEnd { descriptor.closeQuietly() }
  }

  /// The next bytes; none at the end, or when the run was interrupted.
  ///
  /// - Throws: `unreadable-file` when the system reports an error.
  package mutating func read() throws(SluiceError) -> ArraySlice<UInt8> {
    while true {
      if let interruption, !interruption.waitForInput(descriptor.rawValue) { return [] }
      do throws(Errno) {
        return try descriptor.nextBytes(&block)
      } catch {
        guard error == .resourceTemporarilyUnavailable, interruption != nil else { throw .unreadable(name, error) }
      }
    }
  }
}
