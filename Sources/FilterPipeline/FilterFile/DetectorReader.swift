import Common
import Decision
import Detectors
import Files
import Pixels
import Squeezers

/// Reads the list of detectors; names are unique, because verdicts and calibrations refer to them.
struct DetectorReader {
  let modelSize: PixelSize
  let hasClassifier: Bool
  let models: [String]
  let autoencoders: [String]
  let channels: PixelChannels
  /// Whether detectors may leave the decision to a calibration.
  let hasDecision: Bool
  let paths: PathExpansion

  func detectors(_ node: FilterNode) throws(SluiceError) -> [FilterDefinition.DetectorDefinition] {
    var definitions: [FilterDefinition.DetectorDefinition] = []
    for (entry, definition) in try node.list(1...64, of: positioned) {
      guard hasClassifier || !(definition.detector is any PredictionDetector) else {
        throw entry.error("needs predictions, but the filter has no `classifier`")
      }
      guard !definitions.contains(where: { $0.name == definition.name }) else {
        throw entry.error("has the name `\(definition.name)`, as another detector; give it a `name` of its own")
      }
      guard !(definition.detector is FileFindings && definitions.contains { $0.detector is FileFindings }) else {
        throw entry.error("is a second fileFindings; one says everything about files")
      }
      definitions.append(definition)
    }
    return definitions
  }

  private func positioned(
    _ node: FilterNode
  ) throws(SluiceError) -> (FilterNode, FilterDefinition.DetectorDefinition) {
    let (name, value) = try node.onlyMember(of: DetectorKind.all.map(\.name), what: "detector")
    guard let kind = DetectorKind.all.first(where: { $0.name == name }) else {
      preconditionFailure("\(name) is not a kind of detector")
    }
    let members = try value.members(
      ["name", "threshold", "weight", "group", "private"] + kind.parameters.map(\.name) + kind.entries.map(\.name))
    let detector = try detector(kind, members)
    let definition = FilterDefinition.DetectorDefinition(
      name: try members["name"]?.string() ?? name, kind: name, detector: detector,
      threshold: try threshold(members, kind), weight: try weight(members),
      group: try group(members) ?? Self.standardGroup(of: detector),
      isPrivate: try members.optional("private") { (node) throws(SluiceError) in try node.boolean() } ?? false,
      referencePath: try members.optional("reference", paths.path))
    return (node, definition)
  }

  private func group(_ members: FilterMembers) throws(SluiceError) -> String? {
    guard let node = members["group"] else { return nil }
    guard hasDecision, members["threshold"] == nil else {
      throw node.error("has no effect beside a fixed threshold")
    }
    return try node.string()
  }

  /// Detectors that rest on the same source go together: whoever controls that controls them all.
  private static func standardGroup(of detector: any Detector) -> String {
    guard let detector = detector as? any PredictionDetector else { return BudgetShares.imageGroup }
    return (detector.models + detector.autoencoders).first ?? BudgetShares.classifierGroup
  }

  /// - Returns: `nil` where a calibration decides.
  private func threshold(_ members: FilterMembers, _ kind: DetectorKind) throws(SluiceError) -> Double? {
    if let node = members["threshold"] { return try node.number(kind.thresholdRange) }
    // Facts about a file have a threshold that does not depend on where images come from.
    if let standard = kind.standardThreshold, !hasDecision || kind.name == FileFindings.kind.name { return standard }
    guard hasDecision else {
      throw members.parent.error("lacks the key `threshold`, and the filter has no `decision` that could do without")
    }
    return nil
  }

  private func weight(_ members: FilterMembers) throws(SluiceError) -> Double {
    guard let node = members["weight"] else { return 1 }
    guard hasDecision, members["threshold"] == nil else {
      throw node.error("has no effect beside a fixed threshold")
    }
    return try node.number(FilterDefinition.DetectorDefinition.weightRange)
  }

  private func detector(_ kind: DetectorKind, _ members: FilterMembers) throws(SluiceError) -> any Detector {
    let values = try members.values(of: kind.parameters)
    if let make = kind.make { return make(values) }
    switch kind.name {
    case FeatureSqueezing.kind.name: return try featureSqueezing(members)
    case TransformConsistency.kind.name:
      let transforms = try members.optional("transforms") { node throws(SluiceError) in
        try node.list(TransformConsistency.transformCountRange, of: SqueezerReader.squeezer)
      }
      return TransformConsistency(
        transforms: transforms ?? TransformConsistency.standardTransforms, distance: try distance(members))
    case AuxiliaryModel.kind.name:
      return AuxiliaryModel(
        model: try members.required("model").choice(of: models), distance: try distance(members),
        temperature: values.number(AuxiliaryModel.temperatureParameter))
    case EnsembleDisagreement.kind.name:
      let chosen = try members.required("models").list(EnsembleDisagreement.modelCountRange) {
        (node) throws(SluiceError) in
        try node.choice(of: models)
      }
      return EnsembleDisagreement(models: chosen)
    case AutoencoderDetector.kind.name:
      return AutoencoderDetector(
        model: try members.required("model").choice(of: autoencoders),
        measure: .init(rawValue: values.choice(AutoencoderDetector.measureParameter)) ?? .divergence,
        temperature: values.number(AutoencoderDetector.temperatureParameter))
    case CertifiedPatch.kind.name:
      return CertifiedPatch(
        size: modelSize, patch: values.integer(CertifiedPatch.patchParameter),
        masksPerAxis: values.integer(CertifiedPatch.masksParameter))
    case NaturalStatistics.kind.name: return try naturalStatistics(members.required("reference"))
    default: preconditionFailure("no reader for the detector \(kind.name)")
    }
  }

  private func naturalStatistics(_ node: FilterNode) throws(SluiceError) -> NaturalStatistics {
    let path = try paths.path(node)
    let bytes = try readFile(path, atMost: NaturalStatisticsReference.mostBytes)
    let reference: NaturalStatisticsReference
    do throws(SluiceError) {
      reference = try NaturalStatisticsReference(json: bytes)
    } catch {
      throw node.error("names \(path): \(error)")
    }
    guard reference.channels == channels else {
      throw node.error(
        "names \(path), a reference of \(reference.channels) images; the filter judges \(channels) images")
    }
    return NaturalStatistics(reference: reference)
  }

  private func featureSqueezing(_ members: FilterMembers) throws(SluiceError) -> FeatureSqueezing {
    let common = members
    let witnesses = try members.required("squeezers").list(FeatureSqueezing.squeezerCountRange) {
      (node) throws(SluiceError) in try witness(node, common)
    }
    return FeatureSqueezing(witnesses, twoSided: try members.optional("twoSided", twoSided))
  }

  /// A squeezer, with a distance and scale of its own where it has them.
  private func witness(
    _ node: FilterNode, _ common: FilterMembers
  ) throws(SluiceError) -> FeatureSqueezing.Witness {
    guard node.isMapping else {
      return .init(try SqueezerReader.squeezer(node), try distance(common))
    }
    let own = ["distance", "top", "scale"]
    let members = try node.members(SqueezerReader.names + own)
    let named = members.names.filter { !own.contains($0) }
    guard let name = named.first, named.count == 1, let value = members[name] else {
      throw node.error("must name exactly one squeezer: \(SqueezerReader.names.joined(separator: ", "))")
    }
    if members["distance"] == nil, let top = members["top"] {
      throw top.error("needs a `distance` of its own beside it")
    }
    let distance = try members["distance"] == nil ? distance(common) : distance(members)
    let scale = try members.optional("scale") { node throws(SluiceError) in
      try node.number(FeatureSqueezing.scaleRange)
    }
    return .init(try SqueezerReader.squeezer(named: name, value), distance, scale: scale ?? 1)
  }

  private func twoSided(_ node: FilterNode) throws(SluiceError) -> TwoSidedForm {
    let members = try node.members(["center", "spread", "confidence"])
    return TwoSidedForm(
      center: try members.required("center").number(TwoSidedForm.centerRange),
      spread: try members.required("spread").number(TwoSidedForm.spreadRange),
      confidence: try members.required("confidence").number(TwoSidedForm.confidenceRange))
  }

  private func distance(_ members: FilterMembers) throws(SluiceError) -> Distance {
    let name = try members.optional("distance") { node throws(SluiceError) in try node.choice(of: Distance.Name.self) }
    let top = try members.optional("top") { node throws(SluiceError) in try node.integer(Distance.topRange) }
    if top != nil, name != .meanLogDifference, let node = members["top"] {
      throw node.error("is only for the distance meanLogDifference")
    }
    return Distance(name ?? .l1, top: top ?? Distance.defaultTop)
  }
}
