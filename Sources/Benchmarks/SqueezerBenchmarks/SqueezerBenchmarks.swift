import Benchmark
import BenchmarkSubjects

let benchmarks: @Sendable () -> Void = {
  for subject in Subject.squeezers {
    Benchmark(
      subject.name,
      configuration: .init(metrics: [.wallClock, .throughput], warmupIterations: 3, maxDuration: .seconds(2))
    ) { _ in subject.pass() }
  }
}
