import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// How many images are judged at the same time.
struct WorkerOptions: ParsableArguments {
  @Option(help: "Images judged at the same time. (default: one for each processor)")
  var workers: Int?

  private static let range = 1...256

  func validate() throws {
    if let workers, !Self.range.contains(workers) {
      throw ValidationError("--workers takes a number from 1 to \(Self.range.upperBound)")
    }
  }

  var count: Int { workers ?? Self.processors }

  /// One for each processor.
  static var processors: Int { min(range.upperBound, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
