import Pixels

/// The names of a classifier's classes: line i of a text file, counted from 0, names class i.
package struct ClassLabels: Sendable, Hashable {
  private let names: [String]

  package init(_ text: String) {
    // A carriage return and a line feed are one character in Swift, so both endings are looked for.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    if lines.last == "" { lines.removeLast() }
    names = lines
  }

  package var count: Int { names.count }

  /// The name of a class; `nil` outside the list or where the line is empty.
  package subscript(index: Int) -> String? {
    names.indices.contains(index) && !names[index].isEmpty ? names[index] : nil
  }
}
