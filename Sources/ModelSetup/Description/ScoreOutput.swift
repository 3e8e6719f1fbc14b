import Pixels

/// The output of a classifier.
package struct ScoreOutput: Sendable, Hashable {
  package let name: String
  package let type: String
  package let element: TensorElement?
  /// The shape of the output for one picture.
  package let shape: [Int]
  package var kind: OutputKind
  /// The names of all outputs that could be the scores; none where the user named this one.
  package let candidates: [String]

  package init(
    name: String, type: String, element: TensorElement?, shape: [Int], kind: OutputKind, candidates: [String] = []
  ) {
    self.candidates = candidates
    self.name = name
    self.type = type
    self.element = element
    self.shape = shape
    self.kind = kind
  }

  /// How many numbers it has for one picture.
  package var valueCount: Int { shape.dropFirst().reduce(1, *) }
  /// How many classes they stand for: a single number tells two apart.
  package var classCount: Int { max(2, valueCount) }
}
