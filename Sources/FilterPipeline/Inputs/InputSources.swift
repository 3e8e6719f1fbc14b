import ImageCodecs
import Pixels

/// Inputs that follow one another in one stream.
protocol InputStream: AnyObject {
  /// The next input; `nil` at the end.
  ///
  /// - Throws: what ends the whole run, such as a stream that breaks off where its structure says more must follow.
  ///   Trouble with one input is that input's `problem` instead.
  func next() throws(SluiceError) -> EncodedInput?
}

extension StreamBuffer {
  /// The inputs in the stream, whose kind shows in its first bytes: a tar archive, or images back to back.
  ///
  /// - Throws: `empty-input` when there are no bytes at all; `unreadable-file`.
  func inputs(name: String, limit: Int) throws(SluiceError) -> any InputStream {
    guard try ensure(1) else {
      throw SluiceError(.emptyInput, "\(name) is empty", remedy: "pipe at least one image into it")
    }
    return try TarStream.begins(self)
      ? TarStream(self, name: name, limit: limit) : ImageStream(self, name: name, limit: limit)
  }
}

extension SluiceError.Code {
  package static let emptyInput = SluiceError.Code("empty-input")
}

/// The inputs of a run: the files of a list of paths, and standard input where the list says so.
///
/// Read by one thread at a time.
package final class RunInputs {
  private let paths: PathList
  private var stream: (any InputStream)?
  private let limit: Int
  private let interruption: Interruption?

  /// - Parameters:
  ///   - paths: files in order; `-` is standard input.
  ///   - limit: the longest permitted image in bytes.
  ///   - interruption: stops the run between two inputs, also while it waits for one.
  package init(_ paths: PathList, limit: Int, interruption: Interruption? = nil) {
    self.paths = paths
    self.limit = limit
    self.interruption = interruption
  }

  /// The inputs in one open stream.
  ///
  /// - Throws: `empty-input`, `unreadable-file`.
  package init(stream file: consuming FileDescriptor, name: String, limit: Int) throws(SluiceError) {
    paths = PathList([])
    stream = try StreamBuffer(file).inputs(name: name, limit: limit)
    self.limit = limit
    interruption = nil
  }

  /// The next input, opening files as their turn comes; `nil` at the end or after an interruption.
  package func next() throws(SluiceError) -> EncodedInput? {
    while interruption?.isRequested != true {
      if let input = try stream?.next() { return input }
      stream = nil
      guard let path = try paths.next() else { return nil }
      if let input = try open(path) { return input }
    }
    return nil
  }

  /// A whole image, or `nil` after starting on a stream of them.
  private func open(_ path: String) throws(SluiceError) -> EncodedInput? {
    if path == "-" {
      stream = try StreamBuffer(.standardInput(interruption: interruption)).inputs(name: "stdin", limit: limit)
      return nil
    }
    do throws(SluiceError) {
      let buffer = StreamBuffer(try .opened(path, interruption: interruption))
      if try TarStream.begins(buffer) {
        stream = TarStream(buffer, name: path, limit: limit)
        return nil
      }
      return try wholeFile(path, buffer)
    } catch {
      return EncodedInput(source: path, bytes: [], problem: .unreadable(error))
    }
  }

  private func wholeFile(_ path: String, _ buffer: StreamBuffer) throws(SluiceError) -> EncodedInput {
    guard try !buffer.ensure(limit + 1) else {
      return EncodedInput(
        source: path, bytes: [],
        problem: .rejected(
          SluiceError(.tooManyBytes, "longer than the permitted \(limit) bytes", byteOffset: limit)))
    }
    return EncodedInput(source: path, bytes: buffer.take(buffer.count))
  }
}
