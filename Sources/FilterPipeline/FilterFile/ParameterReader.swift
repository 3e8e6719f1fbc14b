import Common
import Squeezers

extension FilterNode {
  /// The value of a declared parameter, checked against its range.
  func read(_ parameter: Parameter, into values: inout ParameterValues) throws(SluiceError) {
    switch parameter.kind {
    case .integer(let range, _, let isOdd):
      let value = try integer(range)
      guard !isOdd || value % 2 == 1 else {
        throw error("is \(value); permitted are odd numbers from \(range.lowerBound) to \(range.upperBound)")
      }
      values.set(parameter, to: value)
    case .number(let range, _): values.set(parameter, to: try number(range))
    case .choice(let choices, _): values.set(parameter, to: try choice(of: choices))
    }
  }
}

extension FilterMembers {
  /// The values of declared parameters; those without a default must be there.
  func values(of parameters: [Parameter]) throws(SluiceError) -> ParameterValues {
    var values = ParameterValues(defaultsOf: parameters)
    for parameter in parameters {
      if let node = self[parameter.name] {
        try node.read(parameter, into: &values)
      } else if !values.has(parameter) {
        _ = try required(parameter.name)
      }
    }
    return values
  }
}
