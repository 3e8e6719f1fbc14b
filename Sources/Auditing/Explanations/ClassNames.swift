import AuditLog
import Common

/// What the classes of a record are called: as it says itself, or else as the classifier's labels do.
package struct ClassNames: Sendable {
  private let own: (number: Int, label: String)?
  private let label: @Sendable (Int) -> String?

  /// - Parameters:
  ///   - said: the record.
  ///   - label: the label of a class, where one is known.
  package init(_ said: JSONValue, _ label: @escaping @Sendable (Int) -> String? = { _ in nil }) {
    let prediction = said["prediction"]
    own = prediction?["class"]?.integer.flatMap { number in prediction?["label"]?.string.map { (number, $0) } }
    self.label = label
  }

  /// `tusker (101)`, or `class 101` where no label is known.
  package func name(of number: Int) -> String {
    known(number).map { "\($0) (\(number))" } ?? "class \(number)"
  }

  /// Of a record's member that holds a class; empty for one that holds none.
  package func name(in prediction: JSONValue) -> String {
    guard let number = prediction["class"]?.integer else { return prediction["label"]?.string ?? "" }
    return prediction["label"]?.string.map { "\($0) (\(number))" } ?? name(of: number)
  }

  /// A sentence of a detector, with labels beside the numbers of classes.
  package func spelledOut(_ sentence: String) -> String {
    sentence.replacing(/\bclass ([0-9]{1,9})\b/) { Int($0.1).map(name) ?? String($0.0) }
  }

  private func known(_ number: Int) -> String? { own?.number == number ? own?.label : label(number) }
}
