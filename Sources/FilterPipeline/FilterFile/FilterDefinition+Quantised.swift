import Classifiers
import Common

extension FilterDefinition {
  /// The models that are to be computed in 8-bit integers where that is to be had, by their places in the filter file.
  package var quantisedModels: [String] {
    let isOfClassifier = [classifier?.openVINO.precision, classifier?.witnessPrecision].contains(.int8)
    return (isOfClassifier ? [Self.classifierPlace] : [])
      + models.filter { $0.openVINO.precision == .int8 }.map { Self.place(ofModel: $0.name) }
  }

  /// The first setting that leaves the choice of bfloat16 to the processor, by its key.
  var automaticModel: String? {
    if classifier?.openVINO.precision == .auto { return "classifier.openvino.precision" }
    if classifier?.witnessPrecision == .auto { return "classifier.openvino.witnessPrecision" }
    let model = models.first { $0.openVINO.precision == .auto }.map { Self.place(ofModel: $0.name) }
    return model ?? autoencoders.first { $0.openVINO.precision == .auto }.map { Self.place(ofAutoencoder: $0.name) }
  }

  /// Whether only private detectors ask what is computed in 8-bit integers.
  var isQuantisedInPrivate: Bool {
    let models = quantisedModels
    return !models.isEmpty && Set(models).isSubset(of: privateModels.map(Self.place(ofModel:)))
  }

  package static let classifierPlace = "classifier"
  package static func place(ofModel name: String) -> String { "models.\(name)" }
  static func place(ofAutoencoder name: String) -> String { "autoencoders.\(name)" }

  /// The settings of the classifier, as it is opened under an environment.
  ///
  /// - Throws: `invalid-activation-ranges`, `unreadable-file` where ranges are needed; `engine-not-found`, `engine-failed`.
  package func settings(
    of classifier: ClassifierDefinition, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> OpenVINOSettings {
    try settings(
      classifier.openVINO, Self.classifierPlace, alsoIn: classifier.witnessPrecision, environment)
  }

  /// The settings of a further model, as it is opened under an environment.
  ///
  /// - Throws: as those of the classifier.
  func settings(of model: ModelDefinition, _ environment: PipelineEnvironment) throws(SluiceError) -> OpenVINOSettings {
    try settings(model.openVINO, Self.place(ofModel: model.name), alsoIn: nil, environment)
  }

  /// - Parameters:
  ///   - place: the model's place in the filter file.
  ///   - other: another arithmetic that the model is to be had in as well.
  private func settings(
    _ named: OpenVINOSettings, _ place: String, alsoIn other: InferencePrecision?, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> OpenVINOSettings {
    var settings = named
    settings.streams = environment.workers
    settings.precision = try environment.settled(named.precision)
    var precisions = [try settings.computedPrecision(environment: environment.variables)]
    if let other {
      var looks = settings
      looks.precision = try environment.settled(other)
      precisions.append(try looks.computedPrecision(environment: environment.variables))
    }
    if let path = activationRangesPath, precisions.contains(.int8) {
      settings.activationRanges = try ActivationRangesFile(path: path).ranges(
        of: place, digest: try environment.sha256OfFile(named.modelPath), input: named.input)
    }
    return settings
  }
}
