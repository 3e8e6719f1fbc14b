import Benchmark
import BenchmarkSubjects

let benchmarks: @Sendable () -> Void = {
  let subject = Subject.preparation
  Benchmark(
    "\(subject.name), \(subject.imagesPerPass) photographs",
    configuration: .init(metrics: [.wallClock, .throughput], warmupIterations: 1, maxDuration: .seconds(5))
  ) { _ in subject.pass() }
}
