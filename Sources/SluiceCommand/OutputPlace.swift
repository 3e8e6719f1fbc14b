import ArgumentParser
import Common
import Files
import FilterPipeline
import Glibc

/// Where an output goes, however that is written.
///
/// Opened by its name, a standard stream would be a file like any other: one that is redirected would be emptied, and nobody
/// would see that two outputs share it.
enum OutputPlace: Equatable {
  case standardOutput
  case standardError
  case file(String)

  /// - Parameters:
  ///   - path: `-` for standard output.
  init(_ path: String) {
    self =
      switch path {
      case "-", "/dev/stdout": .standardOutput
      case "/dev/stderr": .standardError
      default: .file(path)
      }
  }

  /// The path of what is no standard stream.
  var path: String? { if case .file(let path) = self { path } else { nil } }

  /// A standard stream in words.
  var streamName: String? {
    switch self {
    case .standardOutput: "standard output"
    case .standardError: "standard error"
    case .file: nil
    }
  }

  var isTerminal: Bool {
    switch self {
    case .standardOutput: Terminal.isTerminal(STDOUT_FILENO)
    case .standardError: Terminal.isTerminal(STDERR_FILENO)
    case .file: false
    }
  }

  /// Refuses a standard stream for an output that has others beside it, or that a filter names.
  ///
  /// - Throws: a usage error.
  static func checkIsFile(_ path: String?, _ option: String) throws {
    guard let path, let stream = OutputPlace(path).streamName else { return }
    throw ValidationError("\(option) takes a file, which others name or lie beside, and \(path) is \(stream)")
  }

  /// Refuses a name whose ending asks for another kind of picture than those that are written.
  ///
  /// - Throws: `unwritable-output`.
  func checkAsksForPNG(_ option: String) throws(SluiceError) {
    guard let path, let ending = OutputEnding.foreignEnding(of: path, known: ["png"]) else { return }
    throw SluiceError(
      .unwritableOutput, "\(path) cannot be written: pictures are PNG files here, and not .\(ending)",
      remedy: "name a file that ends in .png with \(option)")
  }

  /// Refuses a path whose folder is not there: a name typed wrongly must not cost the work that is to be written.
  ///
  /// - Throws: `unwritable-output`.
  func checkHasFolder(_ option: String) throws(SluiceError) {
    guard let path, FileStatus(path.containingFolder)?.isFolder != true else { return }
    throw SluiceError(
      .unwritableOutput, "\(path) cannot be written: there is no folder \(path.containingFolder)",
      remedy: "make the folder, or name another file with \(option)")
  }

  /// Writes what is known as a whole: a file has all of it, or what it had before.
  ///
  /// - Throws: `unwritable-output`.
  func write(_ bytes: [UInt8]) throws(SluiceError) {
    switch self {
    case .standardOutput, .standardError: try opened().write(bytes)
    case .file(let path): try replaceFile(path, with: bytes)
    }
  }

  /// Opens it. What a file holds is lost with the first write, or when it is closed, and not before.
  ///
  /// - Throws: `unwritable-output`.
  func opened() throws(SluiceError) -> OutputFile {
    switch self {
    case .standardOutput: .standardOutput()
    case .standardError: .standardError()
    case .file(let path): try .overwriting(path)
    }
  }
}
