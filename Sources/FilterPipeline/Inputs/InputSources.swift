import Common
import Files
import ImageCodecs

/// Inputs that follow one another in one stream.
protocol InputStream: AnyObject {
  /// Members so far that are no images.
  var passedOver: Int { get }
  /// Bytes looked at so far, each as often as it was.
  var examined: Int { get }

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

/// The inputs of a run, one after another. Read by one thread at a time.
package protocol InputSequence: AnyObject {
  /// Members of archives so far that are no images.
  var passedOver: Int { get }

  /// The next input; `nil` at the end or after an interruption.
  ///
  /// - Throws: what ends the whole run.
  func next() throws(SluiceError) -> EncodedInput?
}

/// The inputs of a run: the files of a list of paths, and standard input where the list says so.
///
/// Read by one thread at a time.
package final class RunInputs: InputSequence {
  private let paths: PathList
  private var stream: (any InputStream)?
  private var streamName = ""
  /// Members of tar archives that are no images.
  package private(set) var passedOver = 0
  private var examinedBefore = 0
  private let limit: Int
  private let outputs: Set<FileStatus.Identity>
  private let interruption: Interruption?

  /// - Parameters:
  ///   - paths: files in order; `-` is standard input.
  ///   - limit: the longest permitted image in bytes.
  ///   - outputs: what the run writes to, and so must not read.
  ///   - interruption: stops the run between two inputs, also while it waits for one.
  package init(
    _ paths: PathList, limit: Int, outputs: Set<FileStatus.Identity> = [], interruption: Interruption? = nil
  ) {
    self.paths = paths
    self.limit = limit
    self.outputs = outputs
    self.interruption = interruption
  }

  /// The inputs in one open stream.
  ///
  /// - Throws: `empty-input`, `unreadable-file`.
  package init(stream file: consuming FileReader, name: String, limit: Int) throws(SluiceError) {
    paths = PathList([RawPath]())
    stream = try StreamBuffer(file).inputs(name: name, limit: limit)
    streamName = name
    self.limit = limit
    outputs = []
    interruption = nil
  }

  /// The next input, opening files as their turn comes; `nil` at the end or after an interruption.
  ///
  /// Trouble with a file or a stream is an input of its own, which cannot be judged; the rest of the list goes on.
  ///
  /// - Throws: `unreadable-file` when the list of paths itself cannot be read; `same-file` when it names an output, as
  ///   where paths are given one by one.
  package func next() throws(SluiceError) -> EncodedInput? {
    while !isInterrupted {
      // An image that was cut off by an interruption is not a damaged image.
      if let input = nextOfStream() { return isInterrupted ? nil : input }
      endStream()
      guard let file = try paths.next() else { return nil }
      if let input = try open(file) { return isInterrupted ? nil : input }
    }
    return nil
  }

  /// Bytes looked at so far to tell the inputs of streams apart, each as often as it was: a few times as many as were
  /// read, whatever they are.
  package var examined: Int { examinedBefore + (stream?.examined ?? 0) }

  private var isInterrupted: Bool { interruption?.isRequested == true }

  private func endStream() {
    passedOver += stream?.passedOver ?? 0
    examinedBefore += stream?.examined ?? 0
    stream = nil
  }

  private func nextOfStream() -> EncodedInput? {
    do throws(SluiceError) {
      return try stream?.next()
    } catch {
      endStream()
      return EncodedInput(source: streamName, offset: error.byteOffset, bytes: [], problem: .unreadable(error))
    }
  }

  /// A whole image, or `nil` after starting on a stream of them.
  private func open(_ listed: FolderWalk.File) throws(SluiceError) -> EncodedInput? {
    let path = listed.path
    do throws(SluiceError) {
      guard !listed.isUnnamedSpecial else {
        throw SluiceError(
          .unreadableFile, "\(path) is no regular file",
          remedy: "name it by itself if images are to be read from it: a pipe in a folder may never have a writer")
      }
      try check(path)
      if Self.isStandardInput(path) {
        try begin(
          StreamBuffer(.standardInput(interruption: interruption)), path == Self.dash ? "stdin" : path.description)
        return nil
      }
      let file = try FileReader(path, interruption: interruption)
      let isRegularFile = file.status?.isRegularFile == true
      if let identity = file.status?.identity, outputs.contains(identity) { throw .usedTwice(path) }
      let buffer = StreamBuffer(file)
      // A regular file is one image or one archive; a pipe may bring images back to back, as standard input does.
      let isWhole = try isRegularFile ? !TarStream.begins(buffer) : !buffer.ensure(1)
      if isWhole { return try wholeFile(path, buffer) }
      try begin(buffer, path.description)
      return nil
    } catch {
      guard error.code != .sameFile else { throw error }
      return EncodedInput(source: path.description, bytes: [], problem: .unreadable(Self.explained(error, path)))
    }
  }

  private func begin(_ buffer: StreamBuffer, _ name: String) throws(SluiceError) {
    streamName = name
    stream = try buffer.inputs(name: name, limit: limit)
  }

  private static func explained(_ error: SluiceError, _ path: RawPath) -> SluiceError {
    var error = error
    if FileStatus(path)?.isFolder == true {
      error.remedy =
        "name its images, or pipe their paths: find \(path.description.shellWord) -type f | sluice filter --files-from - …"
    } else if path.bytes.last == UInt8(ascii: "\r") {
      error.remedy =
        "the name ends in a carriage return: a list whose lines end in CR LF needs tr -d '\\r' < list | sluice filter "
        + "--files-from - …"
    }
    return error
  }

  private static let dash = RawPath("-")
  /// Opened by this name, a redirected file would pass for one that was named itself.
  private static let standardInputByName = RawPath("/dev/stdin")

  /// Whether a path is read from the descriptor that standard input is, and so from where that stands.
  package static func isStandardInput(_ path: RawPath) -> Bool { path == dash || path == standardInputByName }

  private func check(_ path: RawPath) throws(SluiceError) {
    if path.bytes.contains(0) {
      throw SluiceError(
        .unreadableFile, "the path contains a zero byte",
        remedy: "use --null for a list whose paths are separated by zero bytes")
    }
    if Self.isStandardInput(path), paths.readsStandardInput {
      throw SluiceError(.unreadableFile, "standard input is already read for the list of paths")
    }
  }

  private func wholeFile(_ path: RawPath, _ buffer: StreamBuffer) throws(SluiceError) -> EncodedInput {
    guard try !buffer.ensure(limit + 1) else {
      return EncodedInput(
        source: path.description, bytes: [],
        problem: .rejected(
          SluiceError(.tooManyBytes, "longer than the permitted \(limit) bytes", byteOffset: limit)))
    }
    return EncodedInput(source: path.description, bytes: buffer.take(buffer.count))
  }
}
