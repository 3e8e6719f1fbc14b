import Detectors
import Pixels
import Squeezers

extension FilterReader {
  /// The list of detectors; names are unique, because verdicts and calibrations refer to them.
  func detectors(
    _ node: FilterNode, hasClassifier: Bool
  ) throws(SluiceError) -> [FilterDefinition.DetectorDefinition] {
    var definitions: [FilterDefinition.DetectorDefinition] = []
    for (entry, definition) in try node.list(1...32, of: namedDetector) {
      guard hasClassifier else {
        throw entry.error("needs predictions, but the filter has no `classifier`")
      }
      guard !definitions.contains(where: { $0.name == definition.name }) else {
        throw entry.error("has the name `\(definition.name)`, as another detector; give it a `name` of its own")
      }
      definitions.append(definition)
    }
    return definitions
  }

  private func namedDetector(
    _ node: FilterNode
  ) throws(SluiceError) -> (FilterNode, FilterDefinition.DetectorDefinition) {
    (node, try detector(node))
  }

  private func detector(_ node: FilterNode) throws(SluiceError) -> FilterDefinition.DetectorDefinition {
    let (kind, value) = try node.onlyMember(of: ["featureSqueezing"], what: "detector")
    let members = try value.members(["name", "squeezers", "distance", "top", "threshold"])
    let squeezers = try members.required("squeezers")
      .list(FeatureSqueezing.squeezerCountRange, of: SqueezerReader.squeezer)
    return FilterDefinition.DetectorDefinition(
      name: try members["name"]?.string() ?? kind,
      detector: FeatureSqueezing(squeezers: squeezers, distance: try distance(members)),
      threshold: try members.required("threshold").number(0...1e9))
  }

  private func distance(_ members: FilterMembers) throws(SluiceError) -> Distance {
    let node = try members.required("distance")
    let top = try members["top"]?.integer(Distance.topRange)
    switch try node.choice(of: DistanceName.self) {
    case .l1:
      if let topNode = members["top"] { throw topNode.error("is only for the distance meanLogDifference") }
      return .l1
    case .meanLogDifference: return .meanLogDifference(top: top ?? Distance.defaultTop)
    }
  }

  private enum DistanceName: String, CaseIterable {
    case l1
    case meanLogDifference
  }
}
