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

  /// The sample classifier with another detector list.
  static func signs(detectors: String) -> String {
    """
    version: 1
    name: signs-test
    preprocess: [{resize: {shorterSide: 64}}, {centerCrop: 64}]
    normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: "\(Repository.file("Samples/signs/model.onnx"))"}}
    detectors: \(detectors)
    """
  }
}
