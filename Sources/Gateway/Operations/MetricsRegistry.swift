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

  private struct Histogram {
    var counts: [Int]
    var sum = 0.0
    var count = 0
  }

  private struct State {
    /// In the order in which they are shown.
    var order: [Metric] = []
    var declared: Set<Metric> = []
    var values: [Series: Double] = [:]
    var histograms: [Series: Histogram] = [:]

    mutating func declare(_ metric: Metric) {
      if declared.insert(metric).inserted { order.append(metric) }
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// Has a metric shown, before there is anything to show of it; whatever is counted is shown besides.
  package func declare(_ metric: Metric) { state.withLock { $0.declare(metric) } }

  package func add(_ amount: Double = 1, to metric: Metric, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(metric.name, labels)
    state.withLock { state in
      state.declare(metric)
      state.values[series, default: 0] += amount
    }
  }

  package func set(_ metric: Metric, to value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(metric.name, labels)
    state.withLock { state in
      state.declare(metric)
      state.values[series] = value
    }
  }

  /// Drops every series of a gauge whose labels name something that is gone.
  func forget(_ metric: Metric) {
    state.withLock { state in state.values = state.values.filter { $0.key.name != metric.name } }
  }

  package func observe(_ metric: Metric, _ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
    let series = Self.series(metric.name, labels)
    state.withLock { state in
      state.declare(metric)
      var histogram =
        state.histograms[series] ?? Histogram(counts: Array(repeating: 0, count: metric.buckets.count))
      if let place = metric.buckets.firstIndex(where: { value <= $0 }) { histogram.counts[place] += 1 }
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
      for metric in state.order {
        let name = metric.name
        text += "# HELP \(name) \(metric.help)\n# TYPE \(name) \(metric.kind.rawValue)\n"
        for (series, value) in Self.sorted(state.values, name) {
          text += name + Self.text(series.labels) + " " + value.plainText + "\n"
        }
        for (series, histogram) in Self.sorted(state.histograms, name) {
          text += Self.text(series, histogram, metric.buckets)
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
