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

  /// What every detector takes, besides what its kind does.
  private enum Key: String, CaseIterable {
    case name
    case threshold
    case weight
    case group
    case isPrivate = "private"
  }

  func detectors(_ node: FilterNode) throws(SluiceError) -> [FilterDefinition.DetectorDefinition] {
    var definitions: [FilterDefinition.DetectorDefinition] = []
    for (entry, definition) in try node.list(1...64, of: positioned) {
      guard hasClassifier || definition.detector.predictionDetector == nil else {
        throw entry.error("needs predictions, but the filter has no `classifier`")
      }
      guard !definitions.contains(where: { $0.name == definition.name }) else {
        throw entry.error("has the same name as another detector, `\(definition.name)`; give it a `name` of its own")
      }
      guard !definition.detector.looksAtFile || !definitions.contains(where: \.detector.looksAtFile) else {
        throw entry.error("is a second fileFindings; there can be only one")
      }
      definitions.append(definition)
    }
    return definitions
  }

  private func positioned(
    _ node: FilterNode
  ) throws(SluiceError) -> (FilterNode, FilterDefinition.DetectorDefinition) {
    let (key, value) = try node.onlyMember(of: DetectorKey.self, what: "detector")
    let kind = key.kind
    let members = try value.members(
      Key.allCases.map(\.rawValue) + kind.parameters.map(\.name) + kind.entries.map(\.name))
    let detector = try kind.make(DetectorMembers(members, of: kind, self))
    let definition = FilterDefinition.DetectorDefinition(
      name: try members[Key.name]?.string() ?? key.rawValue, kind: key.rawValue, detector: detector,
      threshold: try threshold(members, kind), weight: try weight(members),
      group: try group(members) ?? Self.defaultGroup(of: detector),
      isPrivate: try members[Key.isPrivate]?.boolean() ?? false,
      referencePath: try members.optional("reference", paths.path))
    return (node, definition)
  }

  private func group(_ members: FilterMembers) throws(SluiceError) -> String? {
    guard let node = members[Key.group] else { return nil }
    guard hasDecision, members[Key.threshold] == nil else {
      throw node.error("has no effect beside a fixed threshold")
    }
    return try node.string()
  }

  /// Detectors that rest on the same source go together: whoever controls that controls them all.
  private static func defaultGroup(of detector: any Detector) -> String {
    switch detector.sort {
    case .file, .source, .image: BudgetShares.imageGroup
    case .prediction(let detector): (detector.models + detector.autoencoders).first ?? BudgetShares.classifierGroup
    }
  }

  /// - Returns: `nil` where a calibration decides.
  private func threshold(_ members: FilterMembers, _ kind: DetectorKind) throws(SluiceError) -> Double? {
    if let node = members[Key.threshold] { return try node.number(kind.thresholdRange) }
    // Facts about a file have a threshold that does not depend on where images come from.
    if let threshold = kind.defaultThreshold, !hasDecision || kind.key == .fileFindings { return threshold }
    guard hasDecision else {
      throw members.parent.error("lacks the key `threshold`, and the filter has no `decision` to do without it")
    }
    return nil
  }

  private func weight(_ members: FilterMembers) throws(SluiceError) -> Double {
    guard let node = members[Key.weight] else { return 1 }
    guard hasDecision, members[Key.threshold] == nil else {
      throw node.error("has no effect beside a fixed threshold")
    }
    return try node.number(FilterDefinition.DetectorDefinition.weightRange)
  }
}
