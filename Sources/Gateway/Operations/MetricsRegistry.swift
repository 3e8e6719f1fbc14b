import Common
import Synchronization

/// Counters, gauges and histograms, kept in this process and written in Prometheus' text format (version 0.0.4).
///
/// Labels are few and never come from requests, so that no stranger can fill the memory with series.
package final class MetricsRegistry: Sendable {
  /// A name with its labels, in order.
  struct Series: Hashable, Sendable {
    let name: String
    let labels: [Label]
  }

  struct Label: Hashable, Sendable {
    let name: String
    let value: String
  }

  private struct Family {
    let kind: String
    let help: String
    /// Upper bounds of a histogram's buckets; empty for other kinds.
    let buckets: [Double]
  }

  private struct Histogram {
    var counts: [Int]
    var sum = 0.0
    var count = 0
  }

  private struct State {
    var families: [String: Family] = [:]
    var order: [String] = []
    var values: [Series: Double] = [:]
    var histograms: [Series: Histogram] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  func declare(_ name: String, _ kind: String, _ help: String, buckets: [Double] = []) {
    state.withLock { state in
      if state.families[name] == nil { state.order.append(name) }
      state.families[name] = Family(kind: kind, help: help, buckets: buckets)
    }
  }

  func add(_ amount: Double = 1, to name: String, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(name, labels)
    state.withLock { $0.values[series, default: 0] += amount }
  }

  func set(_ name: String, to value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(name, labels)
    state.withLock { $0.values[series] = value }
  }

  /// Drops every series of a gauge whose labels name something that is gone.
  func forget(_ name: String) {
    state.withLock { state in state.values = state.values.filter { $0.key.name != name } }
  }

  func observe(_ name: String, _ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(name, labels)
    state.withLock { state in
      let bounds = state.families[name]?.buckets ?? []
      var histogram = state.histograms[series] ?? Histogram(counts: Array(repeating: 0, count: bounds.count))
      if let place = bounds.firstIndex(where: { value <= $0 }) { histogram.counts[place] += 1 }
      histogram.sum += value
      histogram.count += 1
      state.histograms[series] = histogram
    }
  }

  /// The current value of a counter or gauge.
  package func value(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double {
    let series = Self.series(name, labels)
    return state.withLock { $0.values[series] ?? 0 }
  }

  /// Everything, as Prometheus reads it.
  package var text: String {
    state.withLock { state in
      var text = ""
      for name in state.order {
        guard let family = state.families[name] else { continue }
        text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind)\n"
        for (series, value) in Self.sorted(state.values, name) {
          text += name + Self.text(series.labels) + " " + value.plainText + "\n"
        }
        for (series, histogram) in Self.sorted(state.histograms, name) {
          text += Self.text(series, histogram, family.buckets)
        }
      }
      return text
    }
  }

  private static func sorted<Value>(_ all: [Series: Value], _ name: String) -> [(key: Series, value: Value)] {
    all.filter { $0.key.name == name }.sorted { text($0.key.labels) < text($1.key.labels) }
  }

  private static func text(_ series: Series, _ histogram: Histogram, _ bounds: [Double]) -> String {
    var text = ""
    var total = 0
    for (bound, count) in zip(bounds, histogram.counts) {
      total += count
      text += bucket(series, bound.plainText, total)
    }
    text += bucket(series, "+Inf", histogram.count)
    text += "\(series.name)_sum\(Self.text(series.labels)) \(histogram.sum.plainText)\n"
    return text + "\(series.name)_count\(Self.text(series.labels)) \(histogram.count)\n"
  }

  private static func bucket(_ series: Series, _ bound: String, _ count: Int) -> String {
    "\(series.name)_bucket\(text(series.labels + [Label(name: "le", value: bound)])) \(count)\n"
  }

  private static func series(_ name: String, _ labels: KeyValuePairs<String, String>) -> Series {
    Series(name: name, labels: labels.map { Label(name: $0.key, value: $0.value) })
  }

  private static func text(_ labels: [Label]) -> String {
    guard !labels.isEmpty else { return "" }
    return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }
}
