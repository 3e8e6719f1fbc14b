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
    // What is no regular file is for whoever opens the model to say.
    guard let file = RandomAccessFile(path) else {
      files = []
      return
    }
    guard !path.lowercased().hasSuffix(".xml"), !Self.beginsAsOpenVINO(file) else {
      files = [File(name: nil, path: Self.withoutEnding(path) + ".bin")]
      return
    }
    files = ExternalWeights(ofModelAt: path).names.sorted().map {
      File(name: $0, path: $0.path(inFolder: path.containingFolder))
    }
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
