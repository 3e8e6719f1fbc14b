import Calibration
import Common
import FilterPipeline

/// What an attack did to a set of pictures: `attack.json`, the text for a terminal, and the page are made of it.
package struct AttackRecord: Sendable {
  package let plan: AttackPlan
  package let filter: FilterIdentity
  package let date: String
  package let images: [AttackedImage]

  package init(_ plan: AttackPlan, _ filter: FilterIdentity, date: String, _ images: [AttackedImage]) {
    self.plan = plan
    self.filter = filter
    self.date = date
    self.images = images
  }

  package var attacked: [AttackedImage] { images.filter { $0.outcome != .skipped } }
  package var succeeded: [AttackedImage] { images.filter { $0.outcome == .succeeded } }

  /// Why most of the pictures that were passed over were; `nil` where none was.
  package var mostFrequentReason: String? {
    var counts: [String: Int] = [:]
    for reason in images.compactMap(\.reason) { counts[reason, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// The share of attacked pictures on which the attack succeeded; `nil` where none was attacked.
  package var success: Rate? { attacked.isEmpty ? nil : Rate(count: succeeded.count, of: attacked.count) }

  /// The share of attacked pictures with a wrong class that the whole filter does not flag.
  package var passing: Rate? {
    attacked.isEmpty ? nil : Rate(count: succeeded.count { $0.isFlagged == false }, of: attacked.count)
  }

  /// The middle of the queries of successes; the lower one of two.
  package var medianQueries: Int? { Self.median(succeeded.map(\.queries)) }

  package func medianDistance(_ norm: KeyPath<Distances, Double>) -> Double? {
    Self.median(succeeded.compactMap { $0.distances?[keyPath: norm] })
  }

  private static func median<Value: Comparable>(_ values: [Value]) -> Value? {
    values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
  }

  package var json: JSONValue {
    .object([
      "version": .integer(1), "plan": plan.json,
      "filter": .object(["name": .string(filter.name), "digest": .string(filter.digest)]), "date": .string(date),
      "summary": .object([
        "pictures": .integer(images.count), "attacked": .integer(attacked.count),
        "skipped": .integer(images.count - attacked.count), "succeeded": success?.json, "passing": passing?.json,
        "medianQueries": medianQueries.map(JSONValue.integer),
        "medianL0": medianDistance(\.l0).map(JSONValue.exact), "medianL2": medianDistance(\.l2).map(JSONValue.exact),
        "medianLinf": medianDistance(\.linf).map(JSONValue.exact),
      ]),
      "images": .array(images.map(\.json)),
    ])
  }

  /// For a terminal.
  package var text: String {
    guard let success, let passing else { return "no picture was attacked, \(images.count) were passed over\n" }
    var lines = [
      "\(plan.kind.name) on \(filter.name), goal \(plan.goal.rawValue), seeing \(plan.sight.rawValue)",
      "  succeeded  \(success.count) of \(success.total), \(Figures.rate(success))",
      "  passing    \(passing.count) of \(passing.total), \(Figures.rate(passing)): wrong, and not flagged",
    ]
    if let queries = medianQueries, let l2 = medianDistance(\.l2), let linf = medianDistance(\.linf) {
      lines.append("  queries    \(queries), the median of the successes; at most \(plan.budget)")
      lines.append(
        "  distance   L2 \(Figures.fixed(l2, decimals: 2)), L∞ \(Int((linf * 255).rounded()))/255, medians")
    }
    let skipped = images.count - attacked.count
    if skipped > 0 { lines.append("  passed over  \(skipped)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
