import Classifiers
import Common
import Pixels
import Preprocessing

extension FilterPlan {
  /// The filter file.
  ///
  /// - Throws: `model-mismatch` for an output that no filter can compare.
  package func text() throws(SluiceError) -> String {
    var lines = head
    lines += preprocessing
    lines += try classifierLines()
    lines += try secondModelLines()
    lines += activationRanges
    lines += WitnessPlan(self).lines
    lines += decision
    return lines.joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    [
      "# \(Self.comment(name)): made by `sluice init` for \(Self.comment(classifier.fileName)).",
      "#",
      "# Change what you know better. Whatever scores depend on, such as a detector or the preprocessing, needs a new calibration:",
      "#",
      "#   sluice calibrate -f FILTER.yaml --clean PHOTOS\(exitsEarly ? " --adversarial ATTACKS --weights filter" : "")",
      "#",
      "version: 1",
      "name: \(YAMLText.quoted(name))",
    ]
  }

  /// A text within a comment: it must not end it.
  static func comment(_ text: String) -> String {
    String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
  }

  private var preprocessing: [String] {
    let preparation = classifier.preparation
    var lines = ["# Pictures are turned upright first; `decode: {orientation: ignore}` leaves them as they are stored."]
    if let text = preparation.sizeText { lines.append("# Size: \(Self.comment(text)).") }
    lines += ["# Geometry: \(Self.comment(preparation.steps.reason.text)).", "preprocess:"]
    lines += preparation.steps.value.map { "  - \(YAMLText.step($0))" }
    if let normalisation = preparation.normalisation {
      lines.append("# Of values in [0, 1]: \(Self.comment(normalisation.reason.text)).")
      lines.append("normalize: \(Self.normalisation(normalisation.value))")
    } else {
      lines.append("# The model takes samples as they are, so nothing is normalised.")
    }
    if preparation.order.reason != .given {
      lines.append(
        "# \(preparation.order.value.rawValue.uppercased()): \(Self.comment(preparation.order.reason.text)).")
    }
    return lines + ["tensor: \(Self.tensor(classifier))"]
  }

  private static func normalisation(_ normalisation: Normalisation) -> String {
    "{mean: \(YAMLText.list(normalisation.mean)), std: \(YAMLText.list(normalisation.standardDeviation))}"
  }

  private static func tensor(_ model: PlannedModel) -> String {
    let input = model.description.input
    var parts = ["layout: \(input.layout.rawValue)", "type: \(input.element.rawValue)"]
    let order = model.preparation.order.value
    if order != .rgb { parts.append("channels: \(order.rawValue)") }
    if let quantisation = model.preparation.quantisation {
      parts += ["scale: \(YAMLText.number(quantisation.scale))", "zeroPoint: \(quantisation.zeroPoint)"]
    }
    return "{\(parts.joined(separator: ", "))}"
  }

  /// The members of `openvino`, each on its line.
  private static func engine(_ model: PlannedModel) throws(SluiceError) -> [String] {
    let output = model.description.output
    let kind = try output.kind.scoreKind(model: model.fileName)
    var lines = ["model: \(YAMLText.quoted(model.path))"]
    if !model.description.input.name.isEmpty { lines.append("input: \(YAMLText.quoted(model.description.input.name))") }
    if !output.name.isEmpty { lines.append("output: \(YAMLText.quoted(output.name))") }
    if kind != .logits { lines.append("scores: \(kind.rawValue)") }
    if output.element.isQuantised, let quantisation = model.outputQuantisation {
      lines.append("outputScale: \(YAMLText.number(quantisation.scale))")
      lines.append("outputZeroPoint: \(quantisation.zeroPoint)")
    }
    return lines
  }

  private func classifierLines() throws(SluiceError) -> [String] {
    var lines = ["classifier:", "  # \(Self.words(classifier.description))"]
    lines.append("  openvino:")
    lines += try Self.engine(classifier).map { "    \($0)" }
    if let labelsPath { lines.append("    labels: \(YAMLText.quoted(labelsPath))") }
    if let arithmetic = classifier.witnessArithmetic {
      lines.append("    # For witnesses alone: \(Self.comment(arithmetic.reason)).")
      lines.append("    witnessPrecision: \(arithmetic.setting.rawValue)")
    }
    return lines
  }

  private static func words(_ description: ClassifierDescription) -> String {
    let timings = description.timings.map { "\($0.milliseconds.millisecondsText) in \($0.precision.rawValue)" }
    let classes = description.output.classCount
    return "\(classes) classes, \(description.output.kind.rawValue)"
      + (timings.isEmpty ? "." : "; a call takes \(timings.joined(separator: ", ")).")
  }

  private func secondModelLines() throws(SluiceError) -> [String] {
    guard let second = secondModel else { return [] }
    let preparation = second.preparation
    var lines = ["models:", "  \(Self.secondModelName):", "    openvino:"]
    lines += try Self.engine(second).map { "      \($0)" }
    if let arithmetic = second.witnessArithmetic {
      lines.append("      # As a witness: \(Self.comment(arithmetic.reason)).")
      lines.append("      precision: \(arithmetic.setting.rawValue)")
    }
    // It gets the picture at the size of the classifier, which it may take at another one.
    if preparation.size != classifier.preparation.size {
      lines.append("    preprocess: [{\(YAMLText.step(.resizeExactly(preparation.size, .bilinear)))}]")
    }
    if let normalisation = preparation.normalisation?.value {
      lines.append("    normalize: \(Self.normalisation(normalisation))")
    }
    return lines + ["    tensor: \(Self.tensor(second))"]
  }

  private var usesFastArithmetic: Bool {
    classifier.witnessArithmetic != nil || secondModel?.witnessArithmetic != nil
  }

  private var activationRanges: [String] {
    guard let activationRangesPath else { return [] }
    return [
      "# Between which values inner tensors lie, for computing them in 8-bit integers: `sluice quantise` measures it again.",
      "activationRanges: \(YAMLText.quoted(activationRangesPath))",
    ]
  }

  private var decision: [String] {
    var lines = [
      "# At most this share of clean images is flagged by the detectors without thresholds, on photographs like the calibration's.",
      "decision:", "  falsePositiveBudget: \(YAMLText.number(budget))",
    ]
    if usesFastArithmetic {
      lines += [
        "  # Of the arithmetic of this processor. One without instructions for it computes other scores, and needs a calibration of",
        "  # its own; `sluice init --portable` makes a filter that needs one for all, and costs more.",
      ]
    }
    lines += ["  calibration: \(YAMLText.quoted(calibrationPath))", "  rule: union"]
    if let shares = WitnessPlan(self).shares { lines.append("  groups: \(shares)") }
    if exitsEarly {
      lines += [
        "  # Images that look clean leave early, where that loses at most 1 % of what would be detected of the attacks it was "
          + "calibrated with.",
        "  earlyExit: {lostDetections: 0.01, confidence: 0.95, audit: 0.01}",
      ]
    }
    return lines + [
      "forward: original", "# What a gateway forwards in place of a flagged image, where it is told to.",
      "sanitize: {median: 2}",
    ]
  }
}
