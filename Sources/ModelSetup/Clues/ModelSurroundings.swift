import Common
import Files
import Pixels

/// The files in and beside a model in which something may be said of how pictures are prepared.
///
/// They come from wherever the model comes from: each is read up to a limit and checked, and one that is something else
/// is passed over.
package struct ModelSurroundings: Sendable {
  package let modelPath: String
  /// With a slash at its end; empty for the current one.
  let folder: String

  private static let longestFile = 4 << 20
  /// What folders are called in which repositories keep a model for other programs, below the files that are about it.
  private static let exportFolders: Set = ["onnx", "openvino"]
  private static let jsonLimits = JSONValue.Limits(depth: 16, values: 200_000, members: 50_000)

  package init(modelPath: String) {
    self.modelPath = modelPath
    folder = modelPath.lastIndex(of: "/").map { String(modelPath[...$0]) } ?? ""
  }

  /// The name of the model's file without its ending.
  var baseName: String {
    let name = modelPath.dropFirst(folder.count)
    return String(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
  }

  /// A file beside the model; `nil` when it is absent, too long, no regular file, or cannot be read.
  ///
  /// - Complexity: O(bytes), of which there are four million at most.
  func bytes(_ name: String) -> [UInt8]? {
    guard let file = RandomAccessFile(folder + name), file.count <= Self.longestFile else { return nil }
    return file.bytes(at: 0, count: file.count)
  }

  /// A JSON file beside the model; `nil` also when it is no JSON.
  func json(_ name: String) -> JSONValue? { bytes(name).flatMap { Self.json($0) } }

  /// A JSON file of the repository of a model: the one beside it, else, where its folder is one for other programs, the one above
  /// that; with its path from the model's folder.
  func repositoryJSON(_ name: String) -> (source: String, json: JSONValue)? {
    if let bytes = bytes(name) { return Self.json(bytes).map { (name, $0) } }
    guard isInExportFolder else { return nil }
    let above = "../\(name)"
    return json(above).map { (above, $0) }
  }

  /// Also where the path does not say how the folder is called.
  private var isInExportFolder: Bool {
    guard let folder = try? RelativePath.resolved(modelPath.containingFolder) else { return false }
    return folder.split(separator: "/").last.map { Self.exportFolders.contains(String($0)) } ?? false
  }

  static func json(_ bytes: [UInt8]) -> JSONValue? {
    let bytes = bytes.withoutByteOrderMark
    return try? JSONValue(reading: bytes.span, limits: jsonLimits)
  }

  /// Everything that is known of how pictures are prepared; what the model says itself comes first.
  ///
  /// - Parameters:
  ///   - size: the size of the model's input, where its file fixes it.
  package func preparation(size: PixelSize?) -> FoundPreparation {
    var clues: [PreparationClue] = []
    switch ModelFormat(path: modelPath) {
    case .onnx: clues += ONNXMetadata.clues(self)
    case .openVINO: clues += OpenVINOMetadata.clues(self, size: size)
    case .tensorFlowLite: clues += TensorFlowLiteMetadata.clues(self)
    case nil: break
    }
    clues += HuggingFaceConfiguration.clues(self, size: size)
    clues += TimmConfiguration.clues(self, size: size)
    clues += KerasConfiguration.clues(self)
    clues += TritonConfiguration.clues(self)
    clues += LabelFiles.clues(self)
    return FoundPreparation(clues)
  }
}
