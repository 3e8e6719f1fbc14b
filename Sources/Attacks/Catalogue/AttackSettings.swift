import Common

extension AttackKind {
  /// Values for the parameters, from texts as in `epsilon=8`; what is left out has its default.
  ///
  /// - Throws: `invalid-attack`, naming the parameter and what is permitted.
  /// - Complexity: O(texts · parameters).
  package func values(_ texts: [String]) throws(SluiceError) -> ParameterValues {
    var values = ParameterValues(defaultsOf: parameters)
    var named: Set<String> = []
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let parameter = parameters.first(where: { $0.name == parts[0] }) else {
        let names = parameters.map(\.name).joined(separator: ", ")
        throw SluiceError(
          .invalidAttack, "\(name) has no setting `\(text)`", remedy: "write NAME=VALUE; the names are \(names)")
      }
      guard named.insert(parameter.name).inserted else {
        throw SluiceError(.invalidAttack, "\(parameter.name) is set twice", remedy: "set it once")
      }
      guard values.take(parameter, parts[1]) else {
        throw SluiceError(
          .invalidAttack, "\(parameter.name) of \(name) is `\(parts[1])`; permitted: \(parameter.permitted)")
      }
    }
    return values
  }

  /// The settings, for a record: name and value, in the order of the catalogue.
  package func texts(of values: ParameterValues) -> [(name: String, value: JSONValue)] {
    parameters.map { parameter in
      switch parameter.kind {
      case .integer: (parameter.name, .integer(values.integer(parameter)))
      case .number: (parameter.name, .exact(values.number(parameter)))
      case .choice: (parameter.name, .string(values.choice(parameter)))
      }
    }
  }
}

extension ParameterValues {
  /// - Returns: false for a text that is not permitted.
  fileprivate mutating func take(_ parameter: Parameter, _ text: String) -> Bool {
    switch parameter.kind {
    case .integer(let range, _, let isOdd):
      guard let value = Int(text), range.contains(value), !isOdd || value % 2 == 1 else { return false }
      set(parameter, to: value)
    case .number(let range, _):
      guard let value = Double(text), value.isFinite, range.contains(value) else { return false }
      set(parameter, to: value)
    case .choice(let choices, _):
      guard choices.contains(text) else { return false }
      set(parameter, to: text)
    }
    return true
  }
}

extension SluiceError.Code {
  package static let invalidAttack = SluiceError.Code("invalid-attack")
}
