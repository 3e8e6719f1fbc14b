import Common
import Decision
import ModelSetup

/// What a witness was made of, what it is worth on photographs that it was not fitted on, and what to do next.
struct WitnessReport {
  private let fit: WitnessFit
  private let files: WitnessFiles
  private let features: Int

  private static let confidence = 0.975

  init(_ fit: WitnessFit, files: WitnessFiles, features: Int) {
    self.fit = fit
    self.files = files
    self.features = features
  }

  var text: String {
    var lines = [
      "written  \(files.model), \(files.weights)",
      "learned  from \(fit.photographs) photographs in \(fit.views) views, \(features) features; ridge \(number(fit.strength, 3)), "
        + "\(percent(fit.explained)) % of the answers' variance explained",
      "agrees   with the classifier on \(fit.agreeing) of \(fit.photographs) photographs, each by a fit without it: "
        + "\(percent(share)) % (\(percent(bounds.lowerBound))–\(percent(bounds.upperBound)))",
    ]
    if bounds.lowerBound <= Double(fit.commonest) / Double(fit.photographs) {
      lines.append(
        "warning  always saying the commonest class would agree on \(fit.commonest): this witness has learned little. Take more "
          + "photographs.")
    } else if fit.photographs < WitnessSampling.recommendedPhotographs {
      lines.append("note     \(WitnessSampling.recommendedPhotographs) photographs or more make a better one")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var share: Double { Double(fit.agreeing) / Double(fit.photographs) }

  /// 95 %, by Clopper and Pearson.
  private var bounds: ClosedRange<Double> {
    let lower = BinomialBounds.lower(fit.agreeing, of: fit.photographs, confidence: Self.confidence)
    let upper = BinomialBounds.upper(fit.agreeing, of: fit.photographs, confidence: Self.confidence)
    return min(lower, upper)...upper
  }

  private func percent(_ share: Double) -> String { number(share * 100, 0) }
  private func number(_ value: Double, _ decimals: Int) -> String { JSONValue.number(value, decimals: decimals).text }

  static func adding(_ lines: String, to filter: String) -> String {
    """

    Add this to \(filter), and calibrate it on other photographs than those:

    \(lines)
    """
  }

  static func named(_ filter: String) -> String {
    """

    \(filter) names it already. It is another model now:

      sluice calibrate -f \(filter.shellWord) --clean OTHER-PHOTOS

    """
  }

  static func written(_ filter: String, isCalibrated: Bool) -> String {
    let line = "filter   \(filter)\n"
    return isCalibrated
      ? line
      : line + """

        It does not start before it is calibrated, on other photographs than those:

          sluice calibrate -f \(filter.shellWord) --clean OTHER-PHOTOS

        """
  }
}
