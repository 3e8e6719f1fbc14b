import Classifiers
import Common
import Decision

/// Reads how the budget is spent.
struct DecisionReader {
  let paths: PathExpansion
  /// A model in 8-bit integers, where the processor has instructions for them.
  let quantisedModel: String?
  /// A model in bfloat16, where the processor has that.
  let automaticModel: String?

  private enum Key: String, CaseIterable {
    case falsePositiveBudget
    case calibration
    case rule
    case groups
    case earlyExit
  }

  func decision(_ node: FilterNode) throws(SluiceError) -> FilterDefinition.DecisionDefinition {
    let members = try node.members(of: Key.self)
    let rule = try members.optional(.rule) { (node) throws(SluiceError) in try node.choice(of: DecisionRule.self) }
    var definition = FilterDefinition.DecisionDefinition(
      budget: try members.required(.falsePositiveBudget).number(FilterDefinition.DecisionDefinition.budgetRange),
      calibration: try calibration(members.required(.calibration)), rule: rule ?? .default)
    if let groups = members[.groups] {
      guard definition.rule == .union else {
        throw groups.error("has no effect under the rule `\(definition.rule.rawValue)`; only `union` has groups")
      }
      definition.shares = try Self.shares(groups)
    }
    if let earlyExit = members[.earlyExit] {
      guard definition.rule != .shared else {
        throw earlyExit.error(
          "has no meaning under the rule `shared`, where scores do not add up; use `union` or `fused`")
      }
      definition.earlyExit = try Self.earlyExit(earlyExit)
    }
    return definition
  }

  /// A file, or one for each arithmetic that the filter may come to, as in `{bf16: a.json, f32: b.json}`.
  private func calibration(
    _ node: FilterNode
  ) throws(SluiceError) -> FilterDefinition.DecisionDefinition.CalibrationPaths {
    guard node.isMapping else { return .one(try paths.path(node)) }
    if let quantisedModel, let automaticModel {
      throw node.error(
        "cannot be one for each arithmetic: `\(quantisedModel)` is in int8 and `\(automaticModel)` `auto`, which come to "
          + "three; say `bf16` or `f32` of the latter")
    }
    let precisions = [quantisedModel == nil ? ComputedPrecision.bf16 : .int8, .f32]
    let members = try node.members(among: precisions)
    var byPrecision: [ComputedPrecision: String] = [:]
    for precision in precisions {
      byPrecision[precision] = try paths.path(members.required(precision))
    }
    return .byPrecision(byPrecision)
  }

  private enum ExitKey: String, CaseIterable {
    case lostDetections
    case confidence
    case audit
  }

  private static func earlyExit(
    _ node: FilterNode
  ) throws(SluiceError) -> FilterDefinition.DecisionDefinition.EarlyExit {
    let members = try node.members(of: ExitKey.self)
    var exit = FilterDefinition.DecisionDefinition.EarlyExit()
    if let lost = members[.lostDetections] {
      exit.limit.lostDetections = try lost.number(ExitLimit.lostDetectionsRange)
    }
    if let confidence = members[.confidence] {
      exit.limit.confidence = try confidence.number(ExitLimit.confidenceRange)
    }
    if let audit = members[.audit] {
      exit.audit = try audit.number(FilterDefinition.DecisionDefinition.EarlyExit.auditRange)
    }
    return exit
  }

  /// A part of the budget for each group.
  private static func shares(_ node: FilterNode) throws(SluiceError) -> [String: Double] {
    let entries = try node.namedMembers(1...64) { (name, value) throws(SluiceError) in
      (name, try share(value))
    }
    let total = entries.reduce(0) { $0 + $1.1 }
    guard total > 0 else { throw node.error("gives no group any of the budget") }
    // Thirds as people write them add up to a little less or more.
    guard total <= 1 + 1e-3 else {
      throw node.error("gives groups \(total) of the budget in all; the maximum is 1")
    }
    return Dictionary(entries) { first, _ in first }
  }

  /// 0 for a group that is shown in verdicts and flags nothing.
  private static func share(_ node: FilterNode) throws(SluiceError) -> Double {
    let range = FilterDefinition.DecisionDefinition.shareRange
    guard let share = try? node.number(0...range.upperBound), share == 0 || range.contains(share) else {
      throw node.error("is \(node.shown); permitted are 0 and numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return share
  }

  /// Every group has a share, and every share a group.
  static func checkShares(_ definition: FilterDefinition, _ decision: FilterNode) throws(SluiceError) {
    guard let shares = definition.decision?.shares, !shares.isEmpty,
      let node = try decision.members(of: Key.self)[.groups]
    else { return }
    let groups = definition.groups
    let known = "groups of this filter are \(groups.joined(separator: ", "))"
    if let group = groups.first(where: { shares[$0] == nil }) {
      throw node.error("gives the group `\(group)` no share; \(known)")
    }
    if let name = shares.keys.sorted().first(where: { !groups.contains($0) }) {
      throw node.error("names `\(name)`, which is not a group; \(known)")
    }
  }
}
