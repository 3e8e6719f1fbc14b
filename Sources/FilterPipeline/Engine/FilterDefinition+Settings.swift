import Classifiers
import Common

extension FilterDefinition {
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
        of: place, digest: try environment.digest(ofFile: named.modelPath, named: place), input: named.input)
    }
    return settings
  }
}
