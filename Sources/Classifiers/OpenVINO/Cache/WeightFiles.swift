import Common
import Files

/// The files beside a model that hold its weights, found as the engine finds them: by what the model file contains, and not
/// by how its ending is written.
package struct WeightFiles {
  package struct File: Sendable, Hashable {
    /// As an ONNX model names it; `nil` for the one file of an OpenVINO IR.
    package let name: String?
    package let path: String
  }

  /// Those that should be there, each once.
  package let files: [File]

  private static let longestHead = 4096

  /// - Complexity: O(bytes of the model file); memory for one block.
  package init(ofModelAt path: String) {
    self.init(ofModelAt: path) { ExternalWeights(ofModelAt: $0).names }
  }

  /// - Parameters:
  ///   - names: the names of weights that the model at a path contains.
  init(ofModelAt path: String, named names: (_ path: String) -> [String]) {
    // What is no regular file is for whoever opens the model to say.
    guard FileStatus(path)?.isRegularFile == true else {
      files = []
      return
    }
    if let file = Self.ofOpenVINO(path) {
      files = [file]
      return
    }
    files = names(path).sorted().map { File(name: $0, path: $0.path(inFolder: path.containingFolder)) }
  }

  /// The error for an OpenVINO IR without its weights, of which the engine says no name; `nil` for another model.
  static func missing(besideOpenVINOAt path: String) -> SluiceError? {
    guard let weights = ofOpenVINO(path)?.path, !isReadableFile(weights) else { return nil }
    return SluiceError(
      .modelNotFound, "the model \(path) has its weights in \(weights), which does not exist or cannot be read",
      remedy: "put that file beside the model: an OpenVINO IR is an .xml and a .bin of the same name")
  }

  /// The one file of an OpenVINO IR; `nil` for another model.
  private static func ofOpenVINO(_ path: String) -> File? {
    guard let file = RandomAccessFile(path) else { return nil }
    guard !path.lowercased().hasSuffix(".xml"), !beginsAsOpenVINO(file) else {
      return File(name: nil, path: withoutEnding(path) + ".bin")
    }
    return nil
  }

  private static func beginsAsOpenVINO(_ file: borrowing RandomAccessFile) -> Bool {
    let head = file.bytes(at: 0, count: min(file.count, longestHead)) ?? []
    let text = head.drop(while: mayPrecedeXML.contains)
    // Any other file may contain such a name.
    return text.first == UInt8(ascii: "<") && String(decoding: text, as: UTF8.self).contains("<net")
  }

  /// A byte order mark, and white space.
  private static let mayPrecedeXML: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D]

  private static func withoutEnding(_ path: String) -> Substring {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return path[...] }
    return path[..<dot]
  }
}
