import Common
import Squeezers

/// Reads squeezers: a name with its parameters, as in `{nonLocalMeans: {search: 11, patch: 3, strength: 4}}`; a name with
/// the value of its first parameter, as in `{median: 2}`; or a name alone, as in `mirror`.
enum SqueezerReader {
  static let names = SqueezerKind.all.map(\.name)

  static func squeezer(_ node: FilterNode) throws(SluiceError) -> any Squeezer {
    if node.scalarText != nil {
      let kind = try kind(named: try node.choice(of: names))
      return kind.make(try FilterMembers(parent: node, members: [:]).values(of: kind.parameters))
    }
    let (name, value) = try node.onlyMember(of: names, what: "squeezer")
    return try squeezer(named: name, value)
  }

  /// The squeezer of a mapping that may also have keys of the detector, which names it.
  static func squeezer(named name: String, _ value: FilterNode) throws(SluiceError) -> any Squeezer {
    let kind = try kind(named: name)
    if let first = kind.parameters.first, value.scalarText != nil {
      var values = ParameterValues(standardsOf: kind.parameters)
      try value.read(first, into: &values)
      guard kind.parameters.allSatisfy(values.has) else {
        throw value.error("must be a mapping with the keys \(kind.parameters.map(\.name).joined(separator: ", "))")
      }
      return kind.make(values)
    }
    guard value.isMapping || !kind.parameters.isEmpty else {
      throw value.error("takes no value; write `\(name)` alone")
    }
    return kind.make(try value.members(kind.parameters.map(\.name)).values(of: kind.parameters))
  }

  private static func kind(named name: String) throws(SluiceError) -> SqueezerKind {
    guard let kind = SqueezerKind.all.first(where: { $0.name == name }) else {
      preconditionFailure("\(name) is not a kind of squeezer")
    }
    return kind
  }
}
