import AuditLog
import Common
import FilterPipeline

/// What the classes of a record are called: as it says itself, or else as the classifier's labels do.
package struct ClassNames: Sendable {
  private let own: (number: Int, label: String)?
  private let label: @Sendable (Int) -> String?

  /// - Parameters:
  ///   - said: the record.
  ///   - label: the label of a class, where one is known.
  package init(_ said: RecordedVerdict, _ label: @escaping @Sendable (Int) -> String? = { _ in nil }) {
    own = said.prediction.flatMap { prediction in
      prediction.topClass.flatMap { number in prediction.label.map { (number, $0) } }
    }
    self.label = label
  }

  /// `tusker (101)`, or `class 101` where no label is known.
  package func name(of number: Int) -> String {
    known(number).map { "\($0) (\(number))" } ?? "class \(number)"
  }

  /// Of what the classifier said; empty where no class is recorded.
  package func name(in prediction: RecordedPrediction) -> String {
    guard let number = prediction.topClass else { return prediction.label ?? "" }
    return prediction.label.map { "\($0) (\(number))" } ?? name(of: number)
  }

  /// A sentence of a detector, with labels beside the numbers of classes.
  package func spelledOut(_ sentence: String) -> String {
    sentence.replacing(/\bclass ([0-9]{1,9})\b/) { Int($0.1).map(name) ?? String($0.0) }
  }

  private func known(_ number: Int) -> String? { own?.number == number ? own?.label : label(number) }
}
