import Classifiers
import Common
import Files
import ModelSetup

/// A model that is to come into a filter, before anything is tried with photographs: what it is, and what is said of it.
struct ExaminedModel {
  let probe: ModelProbe
  let description: ModelDescription
  let classifier: ClassifierDescription
  let found: FoundPreparation
  let labels: Found<[String]>?
  /// What its classes are called, also where nothing of its own says it.
  let names: [String]?

  /// - Parameters:
  ///   - path: a file of labels; `nil` to look for them.
  ///   - names: what the classes are called where nothing else says it, such as by the model that this one is to support.
  /// - Throws: `model-mismatch` for what is no classifier; `unreadable-file`, `invalid-labels`; `engine-failed`.
  init(_ model: String, outputName: String? = nil, labels path: String?, names: [String]? = nil) throws(SluiceError) {
    probe = try ModelProbe(path: model, environment: FilterOpening.variables())
    let surroundings = ModelSurroundings(modelPath: model)
    var examination = ModelExamination(probe)
    examination.outputName = outputName
    let named = surroundings.preparation(size: nil)
    examination.namedSize = named.size?.value
    let given = try Self.labels(path)
    if let count = given?.value.count ?? names?.count {
      examination.labelCounts = [count]
    } else {
      examination.labelCounts = named.labelCounts
    }
    description = try examination.description()
    if let refusal = description.refusal { throw refusal }
    guard let classifier = description.classifier else {
      throw SluiceError(.modelMismatch, "\(model) is no image classifier")
    }
    self.classifier = classifier
    let found = surroundings.preparation(size: classifier.input.fixedSize)
    labels = try Self.labels(given, found, classCount: classifier.output.classCount)
    // A file beside the model that only seems to hold labels does not matter once there are some.
    self.found = labels == nil ? found : found.withoutLabelDoubts
    self.names = labels?.value ?? names
  }

  private static func labels(_ path: String?) throws(SluiceError) -> Found<[String]>? {
    guard let path else { return nil }
    let bytes = try readFile(path, atMost: 16 << 20)
    return Found(try ClassLabels(bytes, path: path).names, source: path)
  }

  private static func labels(
    _ given: Found<[String]>?, _ found: FoundPreparation, classCount: Int
  ) throws(SluiceError) -> Found<[String]>? {
    guard let given else { return found.labels(count: classCount) }
    guard given.value.count == classCount else {
      throw SluiceError(
        .invalidLabels, "\(given.source) has \(given.value.count) labels, and the model \(classCount) classes",
        remedy: "give one for each class, in the order of the model")
    }
    return given
  }
}
