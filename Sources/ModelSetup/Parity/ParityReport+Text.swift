import Common

extension ParityReport {
  private static let shownImages = 5

  /// The report for people.
  package var text: String {
    let shape = referenceShape.dropFirst().map(String.init).joined(separator: "×")
    var lines = ["compared \(counted(images.count, "image")), tensors of \(shape)"]
    if let difference {
      lines.append("  largest difference  \(Self.amount(Double(difference.largest), level))")
      lines.append("  mean difference     \(Self.amount(difference.mean, level))")
    } else {
      lines.append("  Sluice makes tensors of \(filterShape.dropFirst().map(String.init).joined(separator: "×"))")
    }
    if isEqual {
      return
        (lines + [
          "equal within \(Self.number(Double(tolerance))) \(tolerance == 1 ? "level" : "levels") of 8 bits", "",
        ]).joined(separator: "\n")
    }
    for image in furthest where images.count > 1 {
      guard let difference = image.difference else { continue }
      lines.append("  \(padded(Self.number(Double(difference.largest)), 18))  \(image.source)")
    }
    return (lines + explained + [""]).joined(separator: "\n")
  }

  private var furthest: ArraySlice<Image> {
    images.sorted { ($0.difference?.largest ?? .infinity) > ($1.difference?.largest ?? .infinity) }
      .prefix(Self.shownImages)
  }

  private var explained: [String] {
    guard let explanation else { return [] }
    var lines = ["different; it begins at: \(beginning?.rawValue ?? "not found")"]
    for change in explanation.changes {
      lines.append("  \(change.stage.rawValue)")
      lines.append("    Sluice            \(change.filter)")
      lines.append("    the other         \(change.reference)")
    }
    let settings = explanation.settings
    if !settings.isEmpty {
      lines.append(
        explanation.isEqual ? "what makes them equal, in the filter file:" : "what comes nearest, in the filter file:")
      lines += settings.map { "  \($0)" }
    }
    lines.append(
      "with that, over \(counted(explanation.imageCount, "image")): largest difference "
        + "\(Self.amount(Double(explanation.rest.largest), explanation.level)), mean "
        + Self.amount(explanation.rest.mean, explanation.level))
    if !explanation.isEqual {
      lines.append(
        isExplained
          ? "the rest is small and everywhere, as another decoder or another implementation of the same kernel leaves it"
          : "nothing that was tried makes them equal: look for a step that Sluice does not have")
    }
    return lines
  }

  private static func amount(_ value: Double, _ level: Float) -> String {
    "\(number(value)) (\(number(value / Double(level))) levels of 8 bits)"
  }

  static func number(_ value: Double) -> String { JSONValue.number(value, decimals: abs(value) < 0.01 ? 6 : 3).text }
}

extension ParityReport.Explanation {
  /// The entries of the filter file that the changes come to, each once.
  package var settings: [String] {
    var seen: Set<String> = []
    return changes.compactMap(\.setting).filter { seen.insert($0).inserted }
  }
}
