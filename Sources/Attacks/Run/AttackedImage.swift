import Common

/// What became of one picture under an attack.
package struct AttackedImage: Sendable, Hashable {
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    case succeeded
    /// No success within the budget.
    case failed
    /// It was not attacked.
    case skipped
  }

  /// Its place among the pictures, from 0.
  package var number: Int
  package var source: String
  /// The name without an ending that its attacked version has.
  package var name: String
  package var sha256: String
  package var trueClass: Int?
  package var target: Int?
  package var outcome: Outcome
  /// Why it was skipped.
  package var reason: String?
  /// Those until the first success, or all that were spent.
  package var queries = 0
  /// Of the saved file, read again.
  package var distances: Distances?
  package var seenClass: Int?
  package var probability: Double?
  /// Whether the whole filter flags the saved file, whatever the goal was.
  package var isFlagged: Bool?
  package var pValue: Double?

  package init(number: Int, source: String, name: String, sha256: String, outcome: Outcome) {
    self.number = number
    self.source = source
    self.name = name
    self.sha256 = sha256
    self.outcome = outcome
  }
}

extension AttackedImage {
  package var json: JSONValue {
    .object([
      "number": .integer(number), "source": .string(source), "name": .string(name), "sha256": .string(sha256),
      "trueClass": trueClass.map(JSONValue.integer), "target": target.map(JSONValue.integer),
      "outcome": .string(outcome.rawValue), "reason": reason.map(JSONValue.string), "queries": .integer(queries),
      "distances": distances.map {
        .object(["l0": .exact($0.l0), "l2": .exact($0.l2), "linf": .exact($0.linf)])
      },
      "seenClass": seenClass.map(JSONValue.integer), "probability": probability.map(JSONValue.exact),
      "flagged": isFlagged.map(JSONValue.bool), "pValue": pValue.map(JSONValue.exact),
    ])
  }

  /// - Returns: `nil` for what no run wrote.
  package init?(_ json: JSONValue) {
    guard let number = json["number"]?.integer, let source = json["source"]?.string, let name = json["name"]?.string,
      let sha256 = json["sha256"]?.string, let queries = json["queries"]?.integer,
      let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:))
    else { return nil }
    self.init(number: number, source: source, name: name, sha256: sha256, outcome: outcome)
    self.queries = queries
    trueClass = json["trueClass"]?.integer
    target = json["target"]?.integer
    reason = json["reason"]?.string
    if let distances = json["distances"], let l0 = distances["l0"]?.double, let l2 = distances["l2"]?.double,
      let linf = distances["linf"]?.double
    {
      self.distances = Distances(l0: l0, l2: l2, linf: linf)
    }
    seenClass = json["seenClass"]?.integer
    probability = json["probability"]?.double
    if case .bool(let value)? = json["flagged"] { isFlagged = value }
    pValue = json["pValue"]?.double
  }
}
