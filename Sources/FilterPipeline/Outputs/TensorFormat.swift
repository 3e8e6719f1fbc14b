import Common
import Files

/// How forwarded tensors are written.
package enum TensorFormat: String, Sendable, CaseIterable {
  /// NumPy arrays back to back; `numpy.load` on one open file reads them one after another.
  case npy
  /// A NumPy archive with one array for each input, named by its id.
  case npz
  /// A WebDataset archive: `ID.npy` and `ID.json`.
  case tar
  /// One safetensors file, tensors named by id; written when the run ends.
  case safetensors
  /// The bytes of the tensors and nothing else.
  case raw
  /// No tensors at all, for verdicts alone.
  case none
}

extension TensorFormat {
  /// The format that the ending of a file name asks for; NumPy arrays where it asks for none.
  package static func named(by path: String) -> TensorFormat { ending(of: path).flatMap { byEnding[$0] } ?? .npy }

  /// The ending of a file name when it asks for something that tensors are not written as, such as `jpg`.
  ///
  /// Names without one, hidden ones as `.tensors`, numbers as in `run.2`, and special files such as `/dev/null` ask for nothing.
  package static func foreignEnding(of path: String) -> String? {
    guard let ending = ending(of: path), byEnding[ending] == nil else { return nil }
    if let name = path.split(separator: "/").last, name.lastIndex(of: ".") == name.startIndex { return nil }
    return ending.contains { $0.isLetter } ? ending : nil
  }

  /// The endings that name a format, for people.
  package static let endings = byEnding.keys.sorted().map { ".\($0)" }.joined(separator: ", ")

  private static let byEnding: [String: TensorFormat] = [
    "npy": .npy, "npz": .npz, "tar": .tar, "safetensors": .safetensors, "raw": .raw, "bin": .raw,
  ]

  private static func ending(of path: String) -> String? {
    guard let name = path.split(separator: "/").last, !isDevice(path) else { return nil }
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() }
  }

  /// What lies in shared memory is a file like any other.
  private static func isDevice(_ path: String) -> Bool { path.hasPrefix("/dev/") && !path.hasPrefix("/dev/shm/") }
}

/// Writes tensors in one format.
protocol TensorWriter: AnyObject {
  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError)
  /// Writes what belongs at the end.
  func finish() throws(SluiceError)
}

extension TensorFormat {
  /// A writer for `file`; `nil` for no tensors.
  func writer(to file: OutputFile) throws(SluiceError) -> (any TensorWriter)? {
    switch self {
    case .npy: NPYWriter(file)
    case .npz: try NPZWriter(file)
    case .tar: TarWriter(file)
    case .safetensors: try SafetensorsWriter(file)
    case .raw: RawWriter(file)
    case .none: nil
    }
  }
}

/// The bytes of the tensors and nothing else.
final class RawWriter: TensorWriter {
  private let file: OutputFile

  init(_ file: OutputFile) {
    self.file = file
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    try file.write(tensor.bytes)
  }

  func finish() throws(SluiceError) {}
}
