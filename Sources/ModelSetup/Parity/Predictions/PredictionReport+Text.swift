import Common

extension PredictionReport {
  private static let shownImages = 5

  /// The report for people.
  ///
  /// - Parameters:
  ///   - label: the name of a class, where it has one.
  package func text(label: (Int) -> String?) -> String {
    let count = images.count
    var lines = [
      "compared \(count) \(count == 1 ? "image" : "images"), sent \(sentAs); the server gives \(reading)",
      "  classes agree      in \(agreeing) of \(count)",
      "  probabilities      differ by at most \(Self.number(largest)), in the mean by \(Self.number(mean))",
    ]
    for image in furthest where !isEqual {
      lines.append(
        "  \(padded(Self.number(image.largest), 18)) \(image.source): here \(Self.text(image.own, label)), there "
          + Self.text(image.served, label))
    }
    return (lines + meaning + [""]).joined(separator: "\n")
  }

  private var sentAs: String {
    switch way {
    case .tensor: "as the filter's tensor"
    case .file: "as files"
    }
  }

  private var furthest: ArraySlice<Image> {
    images.filter { $0.largest > tolerance }.sorted { $0.largest > $1.largest }.prefix(Self.shownImages)
  }

  private static func text(_ top: Image.Top, _ label: (Int) -> String?) -> String {
    "\(top.index)\(label(top.index).map { " \($0)" } ?? "") (\(number(top.probability)))"
  }

  private var meaning: [String] {
    guard let explanation else {
      return [
        "equal within \(Self.number(tolerance)): both \(way == .file ? "prepare images alike, and " : "")have the same model"
      ]
    }
    if explanation.isEqual { return explained(explanation) }
    if isOfArithmetic {
      return [
        "different, and nearly equal: as another arithmetic (half precision, bfloat16, 8 bits) or decoder leaves it"
      ]
    }
    return ["different; none of \(explanation.tried) settings makes them equal (\(tried))"] + nearest(explanation) + [
      advice
    ]
  }

  private func explained(_ explanation: Explanation) -> [String] {
    let first =
      way == .file
      ? "different: the server prepares images another way, and has the same model"
      : "different: the served model takes tensors of another kind, and is the same model behind it"
    return [first] + changes(explanation, there: way == .file ? "the server" : "the server takes")
      + [
        way == .file
          ? "what makes them equal, in the filter file:" : "what the served model takes, as a filter file says it:"
      ]
      + explanation.settings.map { "  \($0)" }
  }

  private func nearest(_ explanation: Explanation) -> [String] {
    guard !explanation.changes.isEmpty else { return [] }
    return changes(explanation, there: "the nearest")
      + ["  with that, the largest difference is \(Self.number(explanation.rest.max() ?? 0))"]
  }

  private func changes(_ explanation: Explanation, there: String) -> [String] {
    explanation.changes.flatMap { change in
      [
        "  \(change.stage.rawValue)", "    \(padded("Sluice", 18))\(change.filter)",
        "    \(padded(there, 18))\(change.reference)",
      ]
    }
  }

  private var tried: String {
    way == .file ? "values, channel orders, geometries, orientation" : "values, channel orders"
  }

  private var advice: String {
    way == .file
      ? "the server has another model, or a step that Sluice does not have: compare with a served model that takes tensors, "
        + "or its tensors with --tensors"
      : "the server has another model, or another version of it"
  }

  private static func number(_ value: Double) -> String { ParityReport.number(value) }
}

extension PredictionReport.Explanation {
  /// The entries of the filter file that the changes come to, each once.
  package var settings: [String] {
    var seen: Set<String> = []
    return changes.compactMap(\.setting).filter { seen.insert($0).inserted }
  }
}
