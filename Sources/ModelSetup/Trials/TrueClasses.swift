/// The class that a picture's path names.
package struct TrueClasses: Sendable {
  private let classCount: Int
  private let byName: [String: Int]

  /// - Parameters:
  ///   - labels: the names of the classes, where they are known; of names that several classes have, none counts.
  package init(classCount: Int, labels: [String]?) {
    self.classCount = classCount
    var byName: [String: Int] = [:]
    var repeated: Set<String> = []
    for (index, label) in (labels ?? []).enumerated() {
      let key = Self.key(label)
      if byName.updateValue(index, forKey: key) != nil { repeated.insert(key) }
    }
    self.byName = byName.filter { !$0.key.isEmpty && !repeated.contains($0.key) }
  }

  /// The class by the folder's name, which is a label or a number; else by the file's, which is a label with a number before
  /// or behind it, as in `000_stop.png` and `stop-17.png`, or begins with the number of the class, as in `281_tabby.jpg`.
  package func callAsFunction(_ path: String) -> Int? {
    let parts = path.split(separator: "/")
    guard let name = parts.last else { return nil }
    if let folder = parts.dropLast().last {
      if let index = byName[Self.key(String(folder))] { return index }
      if let index = Int(folder), (0..<classCount).contains(index) { return index }
    }
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    let digits = stem.prefix { $0.isASCII && $0.isNumber }
    for label in [stem.dropFirst(digits.count), stem.trimmingDigits] {
      if let index = byName[Self.key(String(label))] { return index }
    }
    guard let next = stem.dropFirst(digits.count).first, next == "_" || next == "-", let index = Int(digits),
      (0..<classCount).contains(index)
    else { return nil }
    return index
  }

  /// Letters and digits alone, in lower case: labels are written with spaces, hyphens or underscores.
  private static func key(_ label: String) -> String {
    String(label.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}

extension Substring {
  /// Without the digits at its end.
  fileprivate var trimmingDigits: Substring {
    var rest = self
    while let last = rest.last, last.isASCII, last.isNumber { rest.removeLast() }
    return rest
  }
}
