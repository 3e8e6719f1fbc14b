/// A value that a squeezer or detector takes in a filter file: its name, what is permitted, and what it is when it is
/// left out. Declared once, it serves the reader, the lists of the command, and the documentation.
package struct Parameter: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case integer(ClosedRange<Int>, default: Int?, isOdd: Bool)
    case number(ClosedRange<Double>, default: Double?)
    case choice([String], default: String)
  }

  package let name: String
  package let kind: Kind
  package let meaning: String

  /// A whole number; without a default it must be given.
  package static func integer(
    _ name: String, _ range: ClosedRange<Int>, default: Int? = nil, isOdd: Bool = false, _ meaning: String
  ) -> Parameter {
    Parameter(name: name, kind: .integer(range, default: `default`, isOdd: isOdd), meaning: meaning)
  }

  package static func number(
    _ name: String, _ range: ClosedRange<Double>, default: Double? = nil, _ meaning: String
  ) -> Parameter {
    Parameter(name: name, kind: .number(range, default: `default`), meaning: meaning)
  }

  /// A case of an enumeration, by its raw value.
  package static func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, default: Choice, _ meaning: String
  ) -> Parameter where Choice.RawValue == String {
    Parameter(
      name: name, kind: .choice(Choice.allCases.map(\.rawValue), default: `default`.rawValue), meaning: meaning)
  }
}

/// Checked values for declared parameters; those left out have their default.
package struct ParameterValues: Sendable, Hashable {
  private var integers: [String: Int] = [:]
  private var numbers: [String: Double] = [:]
  private var choices: [String: String] = [:]

  package init(defaultsOf parameters: [Parameter] = []) {
    for parameter in parameters {
      switch parameter.kind {
      case .integer(_, let value, _): integers[parameter.name] = value
      case .number(_, let value): numbers[parameter.name] = value
      case .choice(_, let value): choices[parameter.name] = value
      }
    }
  }

  /// Sets a value that lies in the parameter's range.
  package mutating func set(_ parameter: Parameter, to value: Int) {
    guard case .integer(let range, _, let isOdd) = parameter.kind, range.contains(value), !isOdd || value % 2 == 1
    else { preconditionFailure("\(value) is not permitted for \(parameter.name)") }
    integers[parameter.name] = value
  }

  package mutating func set(_ parameter: Parameter, to value: Double) {
    guard case .number(let range, _) = parameter.kind, range.contains(value)
    else { preconditionFailure("\(value) is not permitted for \(parameter.name)") }
    numbers[parameter.name] = value
  }

  package mutating func set(_ parameter: Parameter, to value: String) {
    guard case .choice(let choices, _) = parameter.kind, choices.contains(value)
    else { preconditionFailure("\(value) is not permitted for \(parameter.name)") }
    self.choices[parameter.name] = value
  }

  package func integer(_ parameter: Parameter) -> Int { Self.given(integers[parameter.name], parameter) }
  package func number(_ parameter: Parameter) -> Double { Self.given(numbers[parameter.name], parameter) }
  package func choice(_ parameter: Parameter) -> String { Self.given(choices[parameter.name], parameter) }

  /// - Precondition: the parameter was declared with this enumeration.
  package func choice<Choice: RawRepresentable>(
    _ parameter: Parameter, as type: Choice.Type
  ) -> Choice where Choice.RawValue == String {
    let text = choice(parameter)
    guard let value = Choice(rawValue: text) else { preconditionFailure("\(text) is no \(type)") }
    return value
  }

  /// Whether the parameter has a value, given or by default.
  package func has(_ parameter: Parameter) -> Bool {
    switch parameter.kind {
    case .integer: integers[parameter.name] != nil
    case .number: numbers[parameter.name] != nil
    case .choice: choices[parameter.name] != nil
    }
  }

  private static func given<Value>(_ value: Value?, _ parameter: Parameter) -> Value {
    guard let value else { preconditionFailure("\(parameter.name) was not given") }
    return value
  }
}

extension Parameter {
  /// What is permitted, for people, as in `odd 3…41`.
  package var permitted: String {
    switch kind {
    case .integer(let range, _, let isOdd):
      (isOdd ? "odd " : "") + "\(range.lowerBound)…\(range.upperBound)"
    case .number(let range, _): "\(range.lowerBound.plainText)…\(range.upperBound.plainText)"
    case .choice(let choices, _): choices.joined(separator: ", ")
    }
  }

  /// The default, for people; `nil` where a value must be given.
  package var defaultText: String? {
    switch kind {
    case .integer(_, let value, _): value.map(String.init)
    case .number(_, let value): value.map(\.plainText)
    case .choice(_, let value): value
    }
  }
}
