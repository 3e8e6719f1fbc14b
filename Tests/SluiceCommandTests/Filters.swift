import TestSupport

/// Filters for the tests.
enum Filters {
  static let signs = Repository.file("Filters/signs.yaml")

  /// A filter that only decodes and forwards: no classifier, no engine.
  static let decodeOnly = """
    version: 1
    name: decode-only
    preprocess: [{resize: {width: 8, height: 6}}]
    tensor: {layout: nchw, type: float32}
    """

  /// A folder with that filter and an image, and the beginning of a command that filters there.
  static func decodingFolder() throws -> (folder: TemporaryFolder, command: String) {
    let folder = try TemporaryFolder()
    try folder.file("decode-only.yaml", decodeOnly)
    try folder.file("a.png", EncodedImages.png())
    return (folder, "cd '\(folder.path)' && $SLUICE filter -f decode-only.yaml")
  }

  /// The sample classifier with another detector list.
  ///
  /// - Parameters:
  ///   - classifier: further members of the classifier, after a comma.
  ///   - rest: further lines of the file.
  static func signs(detectors: String, classifier: String = "", rest: String = "") -> String {
    """
    version: 1
    name: signs-test
    preprocess: [{resize: {shorterSide: 64}}, {centerCrop: 64}]
    normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: "\(Repository.file("Samples/signs/model.onnx"))"\(classifier)}}
    detectors: \(detectors)
    \(rest)
    """
  }
}
