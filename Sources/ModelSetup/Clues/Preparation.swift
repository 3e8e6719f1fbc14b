import Pixels
import Preprocessing

/// What one source says of how pictures are prepared for a model; whatever it is silent about stays `nil`.
package struct Preparation: Sendable, Hashable {
  /// The size of the model's input.
  package var size: PixelSize?
  /// From a picture of any size to the size of the input.
  package var steps: [PreprocessStep]?
  /// Of values in [0, 1], one entry for each channel, in the order R, G, B.
  package var normalisation: Normalisation?
  /// Whether the normalisation is in the order of the tensor's channels instead, where the source does not say which that is.
  package var isNormalisedInTensorOrder = false
  package var order: TensorChannels?
  /// Whether values and order are only what models of this name usually have: photographs that contradict them are right.
  package var isByName = false
  /// Of the input of a quantised model.
  package var quantisation: Quantisation?
  /// Of its output.
  package var outputQuantisation: Quantisation?
  /// The names of the classes, in their order.
  package var labels: [String]?
  /// What the source says that cannot be had, each as a clause for people.
  package var doubts: [String] = []
  /// The same of files that seem to hold labels, which matters only while nothing else gives them.
  package var labelDoubts: [String] = []

  package init() {}

  package var isEmpty: Bool { self == Preparation() }
}

/// A preparation, and where it was found.
package struct PreparationClue: Sendable, Hashable {
  /// For people, as in `preprocessor_config.json`.
  package let source: String
  package let preparation: Preparation

  package init(source: String, preparation: Preparation) {
    self.source = source
    self.preparation = preparation
  }
}

/// A value, and the source that it was taken from.
package struct Found<Value: Sendable & Hashable>: Sendable, Hashable {
  package let value: Value
  package let source: String

  package init(_ value: Value, source: String) {
    self.value = value
    self.source = source
  }
}

/// What all sources together say: of each part, what the first source that speaks of it says.
package struct FoundPreparation: Sendable, Hashable {
  package let clues: [PreparationClue]

  /// - Parameters:
  ///   - clues: the most trusted first.
  package init(_ clues: [PreparationClue]) {
    self.clues = clues.filter { !$0.preparation.isEmpty }
  }

  private func first<Value: Sendable & Hashable>(_ part: KeyPath<Preparation, Value?>) -> Found<Value>? {
    for clue in clues {
      if let value = clue.preparation[keyPath: part] { return Found(value, source: clue.source) }
    }
    return nil
  }

  package var size: Found<PixelSize>? { first(\.size) }
  package var steps: Found<[PreprocessStep]>? { first(\.steps) }
  package var normalisation: Found<Normalisation>? { first(\.normalisation) }
  /// Whether that is in the order of the tensor's channels, whichever that is.
  package var isNormalisedInTensorOrder: Bool {
    clues.first { $0.preparation.normalisation != nil }?.preparation.isNormalisedInTensorOrder == true
  }
  package var order: Found<TensorChannels>? { first(\.order) }
  /// Whether the source that speaks of a part knows no more than the name of the model.
  package func isByName<Value>(_ part: KeyPath<Preparation, Value?>) -> Bool {
    clues.first { $0.preparation[keyPath: part] != nil }?.preparation.isByName == true
  }
  package var quantisation: Found<Quantisation>? { first(\.quantisation) }
  package var outputQuantisation: Found<Quantisation>? { first(\.outputQuantisation) }

  /// What sources say that cannot be had.
  package var doubts: [Found<String>] {
    clues.flatMap { clue in
      (clue.preparation.doubts + clue.preparation.labelDoubts).map { Found($0, source: clue.source) }
    }
  }

  /// The same without doubts about files of labels, for where it is known what the classes are called.
  package var withoutLabelDoubts: FoundPreparation {
    FoundPreparation(
      clues.map { clue in
        var preparation = clue.preparation
        preparation.labelDoubts = []
        return PreparationClue(source: clue.source, preparation: preparation)
      })
  }

  /// How many names there are in each list of them.
  package var labelCounts: Set<Int> { Set(clues.compactMap { $0.preparation.labels?.count }) }

  /// The names of so many classes; lists of other lengths belong to something else.
  package func labels(count: Int) -> Found<[String]>? {
    for clue in clues {
      if let labels = clue.preparation.labels, labels.count == count { return Found(labels, source: clue.source) }
    }
    return nil
  }
}
