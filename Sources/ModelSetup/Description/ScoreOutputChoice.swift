import Classifiers
import Common
import Pixels

/// Finds the output that holds class scores.
struct ScoreOutputChoice {
  let model: String
  /// The output that the user named; `nil` to find it.
  let named: String?
  /// How many classes there are names for, by each list of names beside the model.
  let labelCounts: Set<Int>

  /// - Parameters:
  ///   - outputs: for a fixed input.
  /// - Throws: `model-mismatch`, saying what the outputs look like and what would help.
  func choose(among outputs: [ModelTensor]) throws(SluiceError) -> ModelTensor {
    if let named {
      guard let output = outputs.first(where: { $0.name == named }) else {
        throw refusal("has no output `\(named)`", "it has \(Self.list(outputs))")
      }
      guard Self.holdsScores(output) else {
        throw refusal("gives \(output.summary) there, which is no list of class scores", Self.listRemedy)
      }
      return output
    }
    let suitable = outputs.filter(Self.holdsScores)
    if suitable.isEmpty { throw notAClassifier(outputs) }
    if holdFeatures(suitable, of: outputs) {
      throw refusal(
        "gives features and no class scores: \(Self.list(suitable))",
        "export it with its classification head, or name the output with --output-name if it holds scores")
    }
    if let only = suitable.first, suitable.count == 1 { return only }
    if let likely = likely(among: suitable) { return likely }
    throw refusal(
      "has \(suitable.count) outputs that could be class scores",
      "name one with --output-name (a second model must have only one): \(Self.list(suitable))")
  }

  /// The names of all outputs that could have been chosen; none where the user named one.
  func candidates(among outputs: [ModelTensor]) -> [String] {
    named == nil ? outputs.filter(Self.holdsScores).map(\.name) : []
  }

  /// The one of several that is no embedding or the like, has as many numbers as there are labels, and the most usual name;
  /// `nil` where that leaves several.
  private func likely(among suitable: [ModelTensor]) -> ModelTensor? {
    var left = suitable.filter { !OutputName($0.name).isBesideTheScores }
    let labelled = left.filter { labelCounts.contains(Self.classCount($0)) }
    if !labelled.isEmpty { left = labelled }
    func only(_ outputs: [ModelTensor]) -> ModelTensor? { outputs.count == 1 ? outputs[0] : nil }
    if let single = only(left) { return single }
    for name in OutputName.usual {
      if let exact = only(left.filter { OutputName($0.name).equals(name) }) { return exact }
    }
    for name in OutputName.usual {
      if let single = only(left.filter { OutputName($0.name).contains(name) }) { return single }
    }
    // Of several that differ in length, any may hold features.
    guard Set(left.map(Self.classCount)).count == 1 else { return nil }
    return only(left.filter { OutputName($0.name).equals(OutputName.general) })
      ?? only(left.filter { OutputName($0.name).contains(OutputName.general) })
  }

  /// Whether outputs that could be scores are features by their names, or the only one is beside what features are pooled from,
  /// and neither names nor labels say that they are scores.
  private func holdFeatures(_ suitable: [ModelTensor], of outputs: [ModelTensor]) -> Bool {
    let isPooled = suitable.count == 1 && outputs.contains { OutputName($0.name).isSequence && !Self.holdsScores($0) }
    return suitable.allSatisfy { output in
      let name = OutputName(output.name)
      return !name.saysScores && !labelCounts.contains(Self.classCount(output)) && (name.isBesideTheScores || isPooled)
    }
  }

  /// How many classes the numbers for one picture tell apart.
  private static func classCount(_ output: ModelTensor) -> Int {
    max(2, (output.shape ?? []).dropFirst().compactMap(\.self).reduce(1, *))
  }

  /// Whether an output is one number for each class, whatever axes of length one stand around them, or one for each picture.
  private static func holdsScores(_ output: ModelTensor) -> Bool {
    guard output.element != nil, let shape = output.shape, !shape.isEmpty else { return false }
    return shape.dropFirst().filter { $0 != 1 }.count <= 1 && output.count != nil
  }

  private func notAClassifier(_ outputs: [ModelTensor]) -> SluiceError {
    guard !outputs.isEmpty else { return refusal("has no output", Self.listRemedy) }
    let isRanked = outputs.allSatisfy { $0.shape != nil }
    let hasMaps = outputs.contains { ($0.shape ?? []).dropFirst(2).contains { $0 != 1 } }
    let looksLike = outputs.count > 1 || hasMaps
    if isRanked, looksLike {
      return refusal(
        "gives \(Self.list(outputs)): this looks like a detection or segmentation model, and Sluice filters for classifiers",
        Self.listRemedy)
    }
    if let output = outputs.first, output.element == nil {
      return refusal(
        "gives \(output.summary), and scores are not taken as \(output.type)",
        "export it with outputs of \(TensorElement.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return refusal("gives \(Self.list(outputs)), which is no list of class scores", Self.listRemedy)
  }

  private static let listRemedy = "take a model with an output of one number for each class, N×classes"

  private func refusal(_ reason: String, _ remedy: String) -> SluiceError {
    SluiceError(.modelMismatch, "the model \(model) \(reason)", remedy: remedy)
  }

  private static func list(_ outputs: [ModelTensor]) -> String {
    outputs.map(\.summary).joined(separator: ", ")
  }
}
