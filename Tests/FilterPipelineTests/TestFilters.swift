import Classifiers
import FilterPipeline
import Pixels
import Preprocessing
import TestSupport

extension FilterFile {
  /// The filter of a text, read from a file of its own.
  init(text: String, variables: [String: String] = [:]) throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    self = try FilterFile(path: folder.file("filter.yaml", text), variables: variables)
  }
}

extension TensorForm {
  /// What filters of these tests give their classifiers.
  static let eightByEight = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))
}

extension Pipeline {
  /// A pipeline with the classifiers of a test in place of those that the filter names.
  convenience init(testing definition: FilterDefinition, models: OpenedModels = .init()) throws {
    try self.init(
      definition, identity: FilterIdentity(name: "test", digest: "0"), models: models,
      services: PipelineServices(sha256: { "digest of \($0.count) bytes" }))
  }
}

extension EncodedInput {
  static func small() throws -> EncodedInput {
    EncodedInput(source: "x", bytes: try EncodedImages.png(width: 8, height: 8))
  }
}
