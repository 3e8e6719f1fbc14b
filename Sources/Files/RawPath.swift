import SystemPackage

/// A path as the file system has it: bytes without a meaning, most often UTF-8.
///
/// Names in other encodings exist wherever files come from elsewhere. Taken for text they would lose what is not UTF-8,
/// and could not be opened any more. Rejected alternative: `FilePath`, which tidies what users wrote (two slashes, one at the
/// end), so that names in verdicts would not be those that were given.
package struct RawPath: Sendable, Hashable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  package init(_ text: String) {
    bytes = Array(text.utf8)
  }

  package var isEmpty: Bool { bytes.isEmpty }

  /// The path of something in this folder.
  package func appending(_ name: RawPath) -> RawPath { RawPath(bytes: bytes + [UInt8(ascii: "/")] + name.bytes) }

  /// Calls `body` with the path as the system's functions take it, up to its first zero byte.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    return unsafe terminated.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("a terminated path is not empty") }
      return unsafe body(start)
    }
  }

  /// Calls `body` with the path as the system's functions take it, whose error is given on.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) throws(Errno) -> Result) throws(Errno) -> Result {
    let result: Swift.Result<Result, Errno> = unsafe withCString { path in
      do throws(Errno) { return .success(try unsafe body(path)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

extension RawPath: CustomStringConvertible {
  /// For people: what is not UTF-8 is replaced.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension RawPath: Comparable {
  package static func < (left: RawPath, right: RawPath) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
