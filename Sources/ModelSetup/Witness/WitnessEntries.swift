import Common
import Decision
import FilterPipeline
import Pixels
import Preprocessing

/// What a filter file says of a fitted witness: the model, the detectors that ask it, and its share of the budget.
package struct WitnessEntries: Sendable {
  /// Lines without what they are indented by.
  package let model: [String]
  package let detectors: [String]
  /// The shares of all groups, as `groups` has them.
  package let groups: String

  /// What a private model has in the shipped filters.
  private static let share = 0.4

  /// - Parameters:
  ///   - definition: the filter that it is for.
  ///   - path: the witness as the filter file is to name it.
  package init(_ definition: FilterDefinition, path: String) {
    let taken =
      definition.models.map(\.name) + definition.detectors.map(\.name) + definition.detectors.map(\.group)
      + Array(definition.decision?.shares.keys ?? [:].keys)
    let name = Self.free("witness", taken)
    model = Self.model(name, path: path, size: definition.form.size)
    let measures = [
      ("", "l1"), ("-divergence", "jensenShannon"), ("-log", "meanLogDifference, top: 5"), ("-doubt", "labelDoubt"),
    ]
    detectors = measures.map { ending, distance in
      "- auxiliaryModel: {name: \(name)\(ending), group: \(name), private: true, model: \(name), distance: \(distance)}"
    }
    groups = Self.groups(definition, adding: name)
  }

  private static func free(_ name: String, _ taken: [String]) -> String {
    func isFree(_ name: String) -> Bool { !taken.contains { $0 == name || $0.hasPrefix(name + "-") } }
    if isFree(name) { return name }
    return (2...).lazy.map { "\(name)\($0)" }.first(where: isFree) ?? name
  }

  /// It gets the picture at the size of the classifier, and its own numbers of that.
  private static func model(_ name: String, path: String, size: PixelSize) -> [String] {
    var lines = [
      "\(name):",
      "  openvino: {model: \(YAMLText.quoted(path)), input: \(FeatureNetwork.input), output: logits, precision: auto}",
    ]
    if size != FeatureNetwork.size {
      lines.append("  preprocess: [{\(YAMLText.step(.resizeExactly(FeatureNetwork.size, .bilinear)))}]")
    }
    let normalisation = FeatureNetwork.normalisation
    lines.append(
      "  normalize: {mean: \(YAMLText.list(normalisation.mean)), std: \(YAMLText.list(normalisation.standardDeviation))}"
    )
    lines.append("  tensor: {layout: nchw, type: float32, channels: rgb}")
    return lines
  }

  /// The others keep what they have among themselves.
  private static func groups(_ definition: FilterDefinition, adding name: String) -> String {
    let known = definition.groups
    let named = definition.decision?.shares ?? [:]
    let given = named.isEmpty ? BudgetShares.default(for: known) : named
    let entries =
      known.map { ($0, (given[$0] ?? 0) * (1 - share)) } + [(name, known.isEmpty ? 1 : share)]
    return "{\(entries.map { "\($0): \(JSONValue.number($1, decimals: 4).text)" }.joined(separator: ", "))}"
  }

  /// All lines, for whoever puts them into a filter file.
  package var text: String {
    """
    models:
    \(Self.indented(model, by: 2))
    detectors:
    \(Self.indented(detectors, by: 2))
    decision:
      rule: union
      groups: \(groups)

    """
  }

  static func indented(_ lines: [String], by width: Int) -> String {
    lines.map { String(repeating: " ", count: width) + $0 }.joined(separator: "\n")
  }
}
