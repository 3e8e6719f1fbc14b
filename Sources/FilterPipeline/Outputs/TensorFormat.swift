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
  package static func named(by path: String) -> TensorFormat {
    OutputEnding.ending(of: path).flatMap { byEnding[$0] } ?? .npy
  }

  /// The ending of a file name when it asks for something that tensors are not written as, such as `jpg`.
  package static func foreignEnding(of path: String) -> String? {
    OutputEnding.foreignEnding(of: path, known: Set(byEnding.keys))
  }

  /// The endings that name a format, for people.
  package static let endings = byEnding.keys.sorted().map { ".\($0)" }.joined(separator: ", ")

  private static let byEnding: [String: TensorFormat] = [
    "npy": .npy, "npz": .npz, "tar": .tar, "safetensors": .safetensors, "raw": .raw, "bin": .raw,
  ]
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
