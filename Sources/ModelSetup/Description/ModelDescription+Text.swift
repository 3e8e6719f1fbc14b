import Classifiers
import Common
import Pixels

extension ModelDescription {
  /// What the model is, in some lines for people.
  package var text: String {
    var lines = ["\(fileName): \(format.rawValue), read by \(engine)"]
    lines += rows("input", inputs.map { describe($0) })
    lines += rows("output", outputs.map { describe($0) })
    if let classifier { lines += classifier.lines }
    if let refusal { lines += ["  refused     \(refusal)"] }
    return lines.joined(separator: "\n") + "\n"
  }

  package var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

  private func describe(_ tensor: ModelTensor) -> String {
    "`\(tensor.name.printableName)`, \(tensor.type) \(tensor.shapeText)"
  }

  private func rows(_ name: String, _ values: [String]) -> [String] {
    values.map { "  \(padded(name, 10))  \($0)" }
  }
}

extension ClassifierDescription {
  fileprivate var lines: [String] {
    let rows = [
      ("pictures", pictures), ("scores", scores), ("", exact), ("", chosen), ("sizes", sizeText),
      ("batches", batchText),
      ("a call", timeText),
    ]
    return rows.compactMap { name, value in value.map { "  \(padded(name, 10))  \($0)" } }
  }

  private var pictures: String {
    let colours = input.channels == .gray ? "gray" : "RGB or BGR"
    return "\(colours), \(input.layout.rawValue), \(input.element.rawValue), \(count)"
  }

  private var count: String {
    if let fixed = input.fixedBatch { return "\(fixed) in a call" }
    let takesOneAlone = !refusedBatches.isEmpty && batches.allSatisfy { $0 == 1 }
    return takesOneAlone ? "one in a call (its file leaves the number open)" : "any number in a call"
  }

  private var scores: String {
    switch output.kind {
    case .oneProbability where !isSeenOnPhotographs:
      "2 classes by \(output.kind.rawValue), or one logit: nothing outside [0, 1] was seen"
    case .best where output.valueCount == 1: "the highest of more classes alone"
    case .best: "the highest \(output.valueCount) of more classes"
    case .oneLogit, .oneProbability: "2 classes by \(output.kind.rawValue)"
    default: "\(output.kind.rawValue) of \(output.classCount) classes"
    }
  }

  /// What tells the surest answers apart.
  private var exact: String? {
    guard output.kind == .oneProbability else { return nil }
    return "near 1 it is coarse: the logit before the sigmoid, where the model can give it, is exact on both sides"
  }

  /// What else could be the scores.
  private var chosen: String? {
    guard output.candidates.count > 1 else { return nil }
    let all = output.candidates.map { "`\($0.printableName)`" }.joined(separator: ", ")
    return "scores from `\(output.name.printableName)`, chosen among \(all); --output-name names another"
  }

  private var sizeText: String? {
    var text = sizes.map(\.description).joined(separator: ", ")
    if !refusedSizes.isEmpty { text += "; not \(refusedSizes.map(\.description).joined(separator: ", "))" }
    return text
  }

  private var batchText: String? {
    batches.count > 1 ? batches.sorted().map(String.init).joined(separator: ", ") + " tried" : "\(batches[0]) alone"
  }

  private var timeText: String? {
    guard !timings.isEmpty else { return nil }
    return timings.map { "\($0.milliseconds.millisecondsText) in \($0.precision.rawValue)" }.joined(separator: ", ")
      + (timings.count == 1 ? " (no native bfloat16 here)" : "") + ", on one thread"
  }
}

/// The text with spaces after it up to so many characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
