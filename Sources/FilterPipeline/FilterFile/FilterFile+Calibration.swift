import Classifiers
import Common
import Decision
import Files

extension FilterFile {
  /// What the filter is called in verdicts, with the digests of what it rests on where the environment wants them.
  ///
  /// - Throws: `unreadable-file`.
  func identity(_ environment: PipelineEnvironment) throws(SluiceError) -> FilterIdentity {
    var identity = FilterIdentity(name: definition.name, digest: environment.sha256(bytes))
    identity.precisions = try precisions(environment)
    guard environment.tracesFiles else { return identity }
    identity.files = try calibrationIdentity(environment).files
    let keys = Set(identity.files.map(\.key))
    var privateFiles = scoringFiles(environment).filter(\.isPrivate).map(\.key)
    privateFiles += scoringModels.filter(\.isPrivate).map { CalibrationIdentity.arithmetic(of: $0.key) }
      .filter(keys.contains)
    if definition.isQuantisedInPrivate { privateFiles.append(Self.rangesKey) }
    identity.privateFiles = privateFiles.sorted()
    identity.calibration = try definition.decision.map { (decision) throws(SluiceError) in
      try environment.digest(ofFile: calibrationPath(of: decision, environment))
    }
    return identity
  }

  /// What a calibration of this filter is bound to.
  ///
  /// - Throws: `unreadable-file` for a model or reference.
  /// - Complexity: O(bytes of all models).
  package func calibrationIdentity(
    _ environment: PipelineEnvironment
  ) throws(SluiceError) -> CalibrationIdentity {
    let precisions = try precisions(environment)
    var files: [CalibrationIdentity.File] = []
    for file in scoringFiles(environment) {
      files.append(.init(key: file.key, digest: try environment.digest(ofFile: file.path, named: file.key)))
    }
    for model in scoringModels {
      guard let text = ExposedTensors(ofModelAt: model.path).text else { continue }
      files.append(
        .init(key: CalibrationIdentity.arithmetic(of: model.key), digest: environment.sha256(Array(text.utf8))))
    }
    // Nothing depends on them where nothing is computed in 8 bits.
    if let path = definition.activationRangesPath, precisions.values.contains(ComputedPrecision.int8.rawValue) {
      files.append(.init(key: Self.rangesKey, digest: try environment.digest(ofFile: path, named: Self.rangesKey)))
    }
    return CalibrationIdentity(
      filterName: definition.name, filterDigest: environment.sha256(Array(scoringText.utf8)),
      files: files.sorted { $0.key < $1.key }, precisions: precisions)
  }

  private static let rangesKey = "activationRanges"

  /// What models are computed in on this machine, by what is asked.
  ///
  /// - Throws: what finding the engine throws, where a setting leaves it to the processor.
  func precisions(_ environment: PipelineEnvironment) throws(SluiceError) -> [String: String] {
    var precisions: [String: String] = [:]
    func add(_ key: String, _ settings: OpenVINOSettings) throws(SluiceError) {
      var settings = settings
      settings.precision = try environment.settled(settings.precision)
      precisions[key] = try settings.computedPrecision(environment: environment.variables).rawValue
    }
    if let classifier = definition.classifier {
      try add(FilterDefinition.classifierPlace, classifier.openVINO)
      var looks = classifier.openVINO
      looks.precision = classifier.witnessPrecision
      if !definition.lookSizes.isEmpty { try add(CalibrationIdentity.looks, looks) }
    }
    for model in definition.models { try add(FilterDefinition.place(ofModel: model.name), model.openVINO) }
    for model in definition.autoencoders { try add(FilterDefinition.place(ofAutoencoder: model.name), model.openVINO) }
    return precisions
  }

  /// The decision of the filter's calibration; `nil` for a filter without one.
  ///
  /// - Throws: `unreadable-file`, `invalid-calibration`; `calibration-mismatch` for one that was made for another filter
  ///   or another model; `too-few-images` where its images cannot spend the budget.
  package func decision(_ environment: PipelineEnvironment) throws(SluiceError) -> Decision? {
    guard let decision = definition.decision else { return nil }
    let path = try calibrationPath(of: decision, environment)
    var calibration = try calibration(at: path, environment)
    if decision.earlyExit == nil { calibration.exits = nil }
    let result = Decision(calibration, rule: decision.rule, budget: decision.budget, shares: decision.shares)
    try named(path) { () throws(SluiceError) in
      try result.checkCanSpendBudget()
      try checkExits(of: result)
    }
    return result
  }

  /// Refuses early exits of a calibration that were certified for another filter than this one, where it takes any.
  ///
  /// - Throws: `calibration-mismatch`, naming what differs.
  package func checkExits(of decision: Decision) throws(SluiceError) {
    guard let wanted = definition.decision?.earlyExit else { return }
    // What no calibrated detector asks is not part of the certificate.
    let measured = definition.privateWitnesses.filter(decision.calibration.witnesses.names.contains)
    try decision.checkExits(are: wanted.limit, measured, hasSecret: definition.secretPath != nil)
  }

  /// The calibration that holds on this machine.
  ///
  /// - Throws: what finding the engine throws, where the filter names a calibration for each arithmetic.
  package func calibrationPath(
    of decision: FilterDefinition.DecisionDefinition, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> String {
    switch decision.calibration {
    case .one(let path): return path
    case .byPrecision(let paths):
      var settings = definition.classifier?.openVINO ?? OpenVINOSettings(modelPath: "")
      settings.precision = try environment.settled(definition.quantisedModels.isEmpty ? .auto : .int8)
      return paths[try settings.computedPrecision(environment: environment.variables)] ?? ""
    }
  }

  /// A calibration, checked to be one of this filter.
  ///
  /// - Throws: as `decision`.
  package func calibration(
    at path: String, _ environment: PipelineEnvironment
  ) throws(SluiceError) -> Calibration {
    let bytes: [UInt8]
    do throws(SluiceError) {
      bytes = try readFile(path, atMost: Calibration.maxBytes)
    } catch {
      let making = "make it with `sluice calibrate -f \(self.path.shellWord) --clean FOLDER`"
      throw error.naming("the calibration cannot be read", remedy: FileStatus.isMissing(path) ? making : nil)
    }
    let identity = try calibrationIdentity(environment)
    return try named(path) { () throws(SluiceError) in
      let calibration = try Calibration(json: bytes)
      try calibration.check(isFor: identity)
      let expected = definition.calibratedDetectors.map(\.name)
      guard calibration.detectors.map(\.name) == expected else {
        throw SluiceError(
          .calibrationMismatch, "the calibration is of other detectors than \(expected.joined(separator: ", "))",
          remedy: "calibrate again, because a detector was given or lost a threshold of its own")
      }
      let groups = definition.calibratedDetectors.map(\.group)
      guard calibration.detectors.map(\.group) == groups else {
        throw SluiceError(
          .calibrationMismatch, "the calibration is of other groups than \(definition.groups.joined(separator: ", "))",
          remedy: "calibrate again, because a detector was given another group")
      }
      return calibration
    }
  }

  /// A file that scores depend on, by its key in the filter file.
  private typealias ScoringFile = (key: String, path: String, isPrivate: Bool)

  private var scoringModels: [ScoringFile] {
    var models: [ScoringFile] = []
    let (privateModels, privateAutoencoders) = (definition.privateModels, definition.privateAutoencoders)
    if let classifier = definition.classifier {
      models.append((FilterDefinition.classifierPlace, classifier.openVINO.modelPath, false))
    }
    for model in definition.models {
      let isPrivate = privateModels.contains(model.name)
      models.append((FilterDefinition.place(ofModel: model.name), model.openVINO.modelPath, isPrivate))
    }
    for model in definition.autoencoders {
      let isPrivate = privateAutoencoders.contains(model.name)
      models.append((FilterDefinition.place(ofAutoencoder: model.name), model.openVINO.modelPath, isPrivate))
    }
    return models
  }

  private func scoringFiles(_ environment: PipelineEnvironment) -> [ScoringFile] {
    var files: [ScoringFile] = []
    for model in scoringModels {
      files.append(model)
      for weights in environment.weightFiles(ofModelAt: model.path).files {
        guard let name = weights.name else {
          files.append(("\(model.key).weights", weights.path, model.isPrivate))
          continue
        }
        // One that is missing is for whoever opens the model to say.
        guard FileStatus(weights.path) != nil else { continue }
        files.append(("\(model.key).weights.\(name)", weights.path, model.isPrivate))
      }
    }
    for detector in definition.detectors {
      guard let path = detector.referencePath else { continue }
      files.append(("detectors.\(detector.name).reference", path, detector.isPrivate))
    }
    return files
  }

  private func named<Value>(
    _ path: String, _ body: () throws(SluiceError) -> Value
  ) throws(SluiceError) -> Value {
    do throws(SluiceError) {
      return try body()
    } catch {
      throw error.naming(path)
    }
  }
}
