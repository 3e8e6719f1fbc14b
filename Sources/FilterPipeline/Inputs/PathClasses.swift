/// The class that a picture's path names: one rule, wherever photographs are labelled by their names and folders.
package struct PathClasses: Sendable {
  private let classCount: Int
  /// Empty where the names of the classes are not known.
  private let byName: [String: Int]

  /// - Parameters:
  ///   - classCount: how many classes the model has; a number that is none of them, such as a year, names no class.
  ///   - labels: the names of the classes, where they are known; of names that several classes have, none counts.
  package init(classCount: Int, labels: [String]? = nil) {
    self.classCount = classCount
    var byName: [String: Int] = [:]
    var repeated: Set<String> = []
    for (index, label) in (labels ?? []).enumerated() {
      let key = Self.key(label)
      if byName.updateValue(index, forKey: key) != nil { repeated.insert(key) }
    }
    self.byName = byName.filter { !$0.key.isEmpty && !repeated.contains($0.key) }
  }

  /// The first of these that names a class of the model:
  ///
  /// 1. the number before `__` at the beginning of the file's name, which attacks put there;
  /// 2. a folder that is called like a label;
  /// 3. a file that is called like a label with a number before or behind it, as in `000_stop.png` and `stop-17.png`, if the
  ///    label has a letter: `0_1.png` is of class 0, also where classes are called by their numbers;
  /// 4. the number before `_` or `-` at the beginning of the file's name, as in `281_tabby.jpg`;
  /// 5. a folder that is a number, as in `281/0001.jpg`;
  /// 6. a file that is a number, as in `281.png`.
  ///
  /// - Returns: `nil` where none does, and for a longer path than systems have, as an archive may.
  /// - Complexity: O(length).
  package func callAsFunction(_ path: String) -> Int? {
    guard path.utf8.count <= Self.longestPath else { return nil }
    let parts = path.split(separator: "/")
    guard let name = parts.last else { return nil }
    let folder = parts.dropLast().last
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    let digits = stem.prefix { $0.isASCII && $0.isNumber }
    let rest = stem.dropFirst(digits.count)
    if rest.hasPrefix("__"), let index = number(digits) { return index }
    if let index = folder.flatMap({ byName[Self.key(String($0))] }) { return index }
    for label in [rest, stem.trimmingDigits].map({ Self.key(String($0)) }) where label.contains(where: \.isLetter) {
      if let index = byName[label] { return index }
    }
    let isPrefix = rest.first == "_" || rest.first == "-"
    // `12.tar.jpg` begins with a number as well.
    let isNumber = rest.isEmpty || rest.first == "."
    let candidates = [isPrefix ? digits : nil, folder, isNumber ? digits : nil].compactMap(\.self)
    return candidates.lazy.compactMap(number).first
  }

  private static let longestPath = 4096

  private func number(_ text: Substring) -> Int? { Int(text).flatMap { (0..<classCount).contains($0) ? $0 : nil } }

  /// Letters and digits alone, in lower case: labels are written with spaces, hyphens or underscores.
  package static func key(_ label: String) -> String {
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
