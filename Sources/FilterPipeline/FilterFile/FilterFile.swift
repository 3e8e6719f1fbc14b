import Common
import Files
import Glibc

/// A filter file as read from disk: its definition, and the bytes that its digest is taken of.
package struct FilterFile: Sendable {
  package let path: String
  package var definition: FilterDefinition
  package let bytes: [UInt8]
  /// What the scores depend on, for the digest that a calibration is bound to.
  package let scoringText: String

  /// The length that no filter file exceeds.
  private static let maxBytes = 1_000_000

  /// Reads and checks the file. Relative paths in it count from its folder, values of variables from the current one.
  ///
  /// - Parameters:
  ///   - variables: what `${NAME}` in a path stands for.
  ///   - readsDetectors: whether the detectors and models are read; without them a filter only decodes and preprocesses.
  /// - Throws: `unreadable-file`; `invalid-filter`, naming line, key and what is permitted.
  package init(
    path: String, variables: [String: String], readsDetectors: Bool = true
  ) throws(SluiceError) {
    var files = FileVersions()
    try self.init(path: path, variables: variables, readsDetectors: readsDetectors, noting: &files)
  }

  /// The same, for whoever wants to know later whether it has to be read again.
  ///
  /// - Parameters:
  ///   - files: the file itself and those that it names are noted there, each before anything of it is read; also those that were
  ///     come to before an error.
  package init(
    path: String, variables: [String: String], readsDetectors: Bool = true, noting files: inout FileVersions
  ) throws(SluiceError) {
    let paths = PathExpansion(folder: path.containingFolder, variables: variables)
    defer { files.merge(paths.files) }
    self.path = path
    files.note(path)
    bytes = try Self.bytes(path)
    let document = YAMLDocument(bytes, file: path, maxBytes: Self.maxBytes, code: .invalidFilter, hasVariables: true)
    guard let root = try document.root() else { throw SluiceError(.invalidFilter, "\(path): the file is empty") }
    let reader = FilterReader(paths: paths, readsDetectors: readsDetectors)
    definition = try reader.definition(FilterNode(node: root, file: path, key: ""))
    scoringText = ScoringText.text(of: root)
  }

  /// - Throws: `unreadable-file`; `invalid-filter` for what is plainly something else, naming what it is.
  private static func bytes(_ path: String) throws(SluiceError) -> [UInt8] {
    let remedy = "name a filter file (YAML)"
    if FileStatus(path)?.isFolder == true { throw SluiceError(.invalidFilter, "\(path) is a folder", remedy: remedy) }
    if modelEndings.contains(where: path.lowercased().hasSuffix) {
      throw SluiceError(
        .invalidFilter, "\(path) is a model, not a filter",
        remedy: remedy + " that names it: `classifier: {openvino: {model: …}}`")
    }
    var source = try FileReader(path)
    var bytes: [UInt8] = []
    while bytes.count <= maxBytes {
      let block = try source.read()
      if block.contains(0) {
        throw SluiceError(.invalidFilter, "\(path) is not text, so it is not a filter", remedy: remedy)
      }
      if block.isEmpty { return bytes }
      bytes += block
    }
    throw SluiceError(.invalidFilter, "\(path) is longer than \(maxBytes) bytes, so it is not a filter", remedy: remedy)
  }

  private static let modelEndings = [".onnx", ".tflite", ".xml", ".pb", ".pt", ".pth", ".h5", ".keras", ".safetensors"]
}

/// How paths in a filter file become paths of the file system.
final class PathExpansion {
  private let folder: String
  private let variables: [String: String]
  /// Every path so far: files that a run must not write to.
  private(set) var expanded: [String] = []
  /// The same files, as they were when they were named.
  private(set) var files = FileVersions()

  init(folder: String, variables: [String: String]) {
    self.folder = folder
    self.variables = variables
  }

  /// Replaces every `${NAME}`, and makes a relative path relative to the filter file.
  ///
  /// A path that begins with a variable stays as it is: whoever gave the value, gave it where the command runs.
  func path(_ node: FilterNode) throws(SluiceError) -> String {
    let text = try node.string()
    let expanded = try expand(text, node)
    let isComplete = expanded.hasPrefix("/") || text.hasPrefix("${") || folder == "."
    let path = isComplete ? expanded : "\(folder)/\(expanded)"
    add(path)
    return path
  }

  /// Adds a file that the filter needs without naming it.
  func add(_ path: String) {
    expanded.append(path)
    files.note(path)
  }

  private func expand(_ text: String, _ node: FilterNode) throws(SluiceError) -> String {
    var rest = text[...]
    var result = ""
    while let start = rest.range(of: "${") {
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw node.error("has `${` without `}`")
      }
      let name = String(rest[start.upperBound..<end])
      guard let value = value(of: name) else {
        throw node.error(
          "uses ${\(name)}, which has no value; give one with `--define \(name)=VALUE` or in the environment")
      }
      result += rest[..<start.lowerBound] + value
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// What a variable stands for. The data folder has a place of its own where nobody names one.
  private func value(of name: String) -> String? {
    name == DataFolder.variable ? DataFolder.path(environment: variables) : variables[name]
  }
}

extension Substring {
  fileprivate func range(of pattern: String) -> Range<Index>? {
    var position = startIndex
    while position < endIndex {
      if self[position...].hasPrefix(pattern) {
        return position..<index(position, offsetBy: pattern.count)
      }
      position = index(after: position)
    }
    return nil
  }
}
