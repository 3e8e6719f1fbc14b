import Classifiers
import Common
import Pixels
import Preprocessing

/// What a new filter is to say.
package struct FilterPlan: Sendable {
  package var name: String
  package var classifier: PlannedModel
  /// The file with the names of the classes, as the filter file is to name it.
  package var labelsPath: String?
  /// A model whose opinion is asked besides; `nil` where there is none.
  package var secondModel: PlannedModel?
  /// The share of clean images that may be flagged.
  package var budget: Double
  /// As the filter file is to name it.
  package var calibrationPath: String
  /// The file of activation ranges, as the filter file is to name it, where a model is asked in 8-bit integers.
  package var activationRangesPath: String?
  /// Whether clean-looking images may leave before everything was asked.
  package var exitsEarly = false

  /// How the filter file calls the second model.
  package static let secondModelName = "second"

  package init(name: String, classifier: PlannedModel, budget: Double, calibrationPath: String) {
    self.name = name
    self.classifier = classifier
    self.budget = budget
    self.calibrationPath = calibrationPath
  }

  /// What witnesses are asked in, for people.
  package var arithmeticReport: String {
    let models = [classifier, secondModel].compactMap(\.self)
    return models.map { model in
      let arithmetic = model.witnessArithmetic
      return "witnesses ask \(model.fileName) in \(arithmetic?.computed.rawValue ?? "f32")"
        + (arithmetic.map { ": \($0.reason)" } ?? "") + "\n"
    }.joined()
  }

  /// - Throws: `model-mismatch` where the second model cannot be compared with the first.
  package func check() throws(SluiceError) {
    guard let secondModel else { return }
    try Self.check(secondModel.description, beside: classifier.description)
  }

  /// The same of what two models are, before anything else is known of them.
  ///
  /// - Throws: `model-mismatch`.
  package static func check(
    _ second: ClassifierDescription, beside first: ClassifierDescription
  ) throws(SluiceError) {
    let (own, other) = (first.output.classCount, second.output.classCount)
    guard own == other else {
      throw SluiceError(
        .modelMismatch, "the second model has \(other) classes, and the first \(own)",
        remedy: "take a second model of the same classes in the same order")
    }
    guard first.input.channels == .rgb || second.input.channels == .gray else {
      throw SluiceError(
        .modelMismatch, "the second model takes colours, and the first one gray pictures, which have none",
        remedy: "take a second model of gray pictures")
    }
  }
}

/// A model as a filter uses it.
package struct PlannedModel: Sendable {
  /// As the filter file is to name it.
  package var path: String
  package var fileName: String
  package var description: ClassifierDescription
  package var preparation: ChosenPreparation
  /// Of an 8-bit output.
  package var outputQuantisation: Quantisation?
  /// In what witnesses ask it, and why; `nil` for single precision.
  package var witnessArithmetic: Arithmetic?

  package struct Arithmetic: Sendable, Hashable {
    /// What this processor computes natively.
    package var computed: ComputedPrecision
    /// What was measured.
    package var reason: String

    package init(_ computed: ComputedPrecision, reason: String) {
      self.computed = computed
      self.reason = reason
    }

    /// What the filter file says, which no processor computes slower than in single precision.
    package var setting: InferencePrecision {
      switch computed {
      case .f32: .f32
      case .bf16: .auto
      case .int8: .int8
      }
    }
  }

  package init(
    path: String, fileName: String, description: ClassifierDescription, preparation: ChosenPreparation,
    outputQuantisation: Quantisation?
  ) {
    self.path = path
    self.fileName = fileName
    self.description = description
    self.preparation = preparation
    self.outputQuantisation = outputQuantisation
  }
}

extension OutputKind {
  /// How a filter file calls it.
  ///
  /// - Throws: `model-mismatch` for what no filter can compare.
  package func scoreKind(model: String) throws(SluiceError) -> ScoreKind {
    switch self {
    case .logits: .logits
    case .probabilities: .probabilities
    case .roundedProbabilities: .roundedProbabilities
    case .oneLogit: .oneLogit
    case .oneProbability: .oneProbability
    case .independent:
      throw SluiceError(
        .modelMismatch,
        "the model \(model) gives each class a probability of its own, so that several may hold at once; "
          + "filters compare what is one answer among all classes",
        remedy:
          "export the model with the logits before its sigmoid, if one class is meant to hold; where the scores are cosines, "
          + "multiply them by their temperature")
    case .best:
      throw SluiceError(
        .modelMismatch,
        "the model \(model) gives only the highest scores of its classes, so that no place stands for a class",
        remedy: "export it with the scores of all classes, before its TopK or ArgMax")
    }
  }
}
