import Common
import Detectors
import Squeezers

/// Reads squeezers: a name with its parameters, as in `{nonLocalMeans: {search: 11, patch: 3, strength: 4}}`; a name with
/// the value of its first parameter, as in `{median: 2}`; or a name alone, as in `mirror`.
enum SqueezerReader {
  static func squeezer(_ node: FilterNode) throws(SluiceError) -> any Squeezer {
    if node.scalarText != nil {
      let kind = try node.choice(of: SqueezerKey.self).kind
      return kind.make(try FilterMembers(parent: node, members: [:]).values(of: kind.parameters))
    }
    let (key, value) = try node.onlyMember(of: SqueezerKey.self, what: "squeezer")
    return try squeezer(key, value)
  }

  /// A squeezer, with a distance and scale of its own where it has them.
  ///
  /// - Parameters:
  ///   - detector: the members of the detector that names it, whose distance it has otherwise.
  static func comparison(
    _ node: FilterNode, of detector: FilterMembers
  ) throws(SluiceError) -> SqueezerComparison {
    guard node.isMapping else { return SqueezerComparison(try squeezer(node), try detector.distance()) }
    let names = SqueezerKey.allCases.map(\.rawValue)
    let own = ["distance", "top", "scale"]
    let members = try node.members(names + own)
    let named = members.names.filter { !own.contains($0) }
    guard let name = named.first, named.count == 1, let key = SqueezerKey(rawValue: name), let value = members[name]
    else { throw node.error("must name exactly one squeezer: \(names.joined(separator: ", "))") }
    if members["distance"] == nil, let top = members["top"] {
      throw top.error("needs a `distance` of its own beside it")
    }
    let distance = try members["distance"] == nil ? detector.distance() : members.distance()
    let scale = try members.optional("scale") { node throws(SluiceError) in
      try node.number(SqueezerComparison.scaleRange)
    }
    return SqueezerComparison(try squeezer(key, value), distance, scale: scale ?? 1)
  }

  private static func squeezer(_ key: SqueezerKey, _ value: FilterNode) throws(SluiceError) -> any Squeezer {
    let kind = key.kind
    if let first = kind.parameters.first, value.scalarText != nil {
      var values = ParameterValues(defaultsOf: kind.parameters)
      try value.read(first, into: &values)
      guard kind.parameters.allSatisfy(values.has) else {
        throw value.error("must be a mapping with the keys \(kind.parameters.map(\.name).joined(separator: ", "))")
      }
      return kind.make(values)
    }
    guard value.isMapping || !kind.parameters.isEmpty else {
      throw value.error("takes no value; write `\(kind.name)` alone")
    }
    return kind.make(try value.members(kind.parameters.map(\.name)).values(of: kind.parameters))
  }
}

extension FilterMembers {
  /// The distance that the members `distance` and `top` name.
  func distance() throws(SluiceError) -> Distance {
    let name = try optional("distance") { node throws(SluiceError) in try node.choice(of: Distance.Name.self) }
    let top = try optional("top") { node throws(SluiceError) in try node.integer(Distance.topRange) }
    if top != nil, name != .meanLogDifference, let node = self["top"] {
      throw node.error("is only for the distance meanLogDifference")
    }
    return Distance(name ?? .l1, top: top ?? Distance.defaultTop)
  }
}
