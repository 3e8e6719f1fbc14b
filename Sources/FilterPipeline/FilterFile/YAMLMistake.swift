import Common
import Yams

/// Why a text is no YAML, and where, without the text itself: what Yams says of its own errors repeats lines or the whole of
/// it, and a configuration file holds tokens and passwords.
package struct YAMLMistake: Sendable {
  /// Counted from 1; `nil` where nobody can say.
  package let line: Int?
  private let column: Int?
  private let problem: String?

  /// - Parameters:
  ///   - error: what Yams threw.
  package init(_ error: any Error) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // Both texts are among those that the parser knows by heart.
      let circumstances = context.map { "\($0.text) in line \($0.mark.line), " } ?? ""
      self.init(line: mark.line, column: mark.column, problem: circumstances + problem)
    case .reader(let problem, let offset, _, let text):
      self.init(line: offset.map { text.prefix($0).count(where: \.isNewline) + 1 }, column: nil, problem: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "`\($0.printable)`" }.joined(separator: ", ")
      self.init(line: context.mark.line, column: nil, problem: "\(names) \(keys.count == 1 ? "is" : "are") there twice")
    default: self.init(line: nil, column: nil, problem: nil)
    }
  }

  private init(line: Int?, column: Int?, problem: String?) {
    self.line = line
    self.column = column
    self.problem = problem
  }

  package func error(_ code: SluiceError.Code, in file: String, remedy: String? = nil) -> SluiceError {
    let place = [line, column].compactMap { $0.map { ":\($0)" } }.joined()
    let reason = problem.map { ": \($0)" } ?? ""
    return SluiceError(code, "\(file)\(place): not valid YAML\(reason)", remedy: remedy)
  }
}
