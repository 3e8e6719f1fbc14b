import Gateway
import Testing

/// What Prometheus reads of metrics.
struct MetricsRegistryTests {
  private static let calls = Metric.counter("a_total", "Calls.")
  private static let size = Metric.gauge("b", "The size.")
  private static let time = Metric.histogram("c_seconds", "Time.", [0.1, 1])

  @Test("metrics are shown in the order of their declaration, with and without series")
  func order() {
    let registry = MetricsRegistry()
    for metric in [Self.size, Self.time, Self.calls, Self.size] { registry.declare(metric) }
    registry.add(2, to: Self.calls, ["of": "x\"\\\n"])
    registry.add(to: Self.calls, ["of": "x\"\\\n"])
    registry.add(0, to: Self.calls, ["of": "a"])
    registry.observe(Self.time, 0.5)
    registry.observe(Self.time, 7)
    #expect(
      registry.text == """
        # HELP b The size.
        # TYPE b gauge
        # HELP c_seconds Time.
        # TYPE c_seconds histogram
        c_seconds_bucket{le="0.1"} 0
        c_seconds_bucket{le="1"} 1
        c_seconds_bucket{le="+Inf"} 2
        c_seconds_sum 7.5
        c_seconds_count 2
        # HELP a_total Calls.
        # TYPE a_total counter
        a_total{of="a"} 0
        a_total{of="x\\"\\\\\\n"} 3

        """)
  }

  @Test("what is counted is shown, whether it was declared or not")
  func undeclared() {
    let registry = MetricsRegistry()
    registry.set(Self.size, to: 4)
    registry.add(to: Self.calls)
    registry.observe(Self.time, 0.05)
    let types = registry.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
    #expect(types == ["# TYPE b gauge", "# TYPE a_total counter", "# TYPE c_seconds histogram"])
    #expect(registry.text.contains("\nb 4\n") && registry.text.contains("\nc_seconds_bucket{le=\"0.1\"} 1\n"))
  }

  @Test("of a gateway, each metric is there once, and its name says what it is")
  func names() {
    let metrics = GatewayMetrics(version: "1")
    metrics.declareLog()
    metrics.declareSearches()
    let types = metrics.registry.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
      .map { $0.split(separator: " ").dropFirst(2).map(String.init) }
    #expect(types.count == 40 && Set(types.map(\.[0])).count == types.count)
    for type in types {
      #expect(type[0].hasPrefix("sluice_") && type[0].hasSuffix("_total") == (type[1] == "counter"), "\(type)")
      #expect(type[0].hasSuffix("_seconds") == (type[1] == "histogram"), "\(type)")
    }
  }
}
