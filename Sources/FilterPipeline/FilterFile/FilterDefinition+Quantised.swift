import Classifiers

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
}
