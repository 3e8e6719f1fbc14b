/// Something that is counted or timed: what Prometheus calls it, and what it says.
///
/// The name tells metrics apart. Those of a gateway are static members, so that none is spelt in two ways.
package struct Metric: Sendable, Hashable {
  enum Kind: String, Sendable {
    case counter
    case gauge
    case histogram
  }

  let name: String
  let kind: Kind
  let help: String
  /// Upper bounds of a histogram's buckets; empty for other kinds.
  let buckets: [Double]

  private init(_ name: String, _ kind: Kind, _ help: String, _ buckets: [Double] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.buckets = buckets
  }

  package static func counter(_ name: String, _ help: String) -> Metric { Metric(name, .counter, help) }

  package static func gauge(_ name: String, _ help: String) -> Metric { Metric(name, .gauge, help) }

  package static func histogram(_ name: String, _ help: String, _ buckets: [Double]) -> Metric {
    Metric(name, .histogram, help, buckets)
  }

  package static func == (one: Metric, other: Metric) -> Bool { one.name == other.name }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
