import SystemPackage

/// A file of which a few pieces are read, wherever they lie: models have hundreds of megabytes of weights in between.
package struct RandomAccessFile: ~Copyable {
  package let count: Int
  private let descriptor: FileDescriptor

  /// `nil` when the file cannot be opened, or is no regular file.
  ///
  /// - Parameter followsLinks: whether a link stands for what it leads to.
  package init?(_ path: String, followsLinks: Bool = true) {
    // A named pipe would otherwise wait for its writer.
    let options: FileDescriptor.OpenOptions = followsLinks ? .nonBlocking : [.nonBlocking, .noFollow]
    guard let descriptor = try? FileDescriptor.opened(RawPath(path), .readOnly, options) else { return nil }
    guard let status = FileStatus(descriptor), status.isRegularFile else {
      descriptor.closeQuietly()
      return nil
    }
    self.descriptor = descriptor
    count = status.byteCount
  }

  deinit { descriptor.closeQuietly() }

  /// The bytes of a range; `nil` where it lies outside the file or cannot be read.
  ///
  /// - Complexity: O(length).
  package borrowing func bytes(at offset: Int, count wanted: Int) -> [UInt8]? {
    guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else { return nil }
    var bytes = [UInt8](repeating: 0, count: wanted)
    var done = 0
    while done < wanted {
      let read = try? unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe try descriptor.read(
          fromAbsoluteOffset: Int64(offset + done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      }
      guard let read, read > 0 else { return nil }
      done += read
    }
    return bytes
  }
}
