import ArgumentParser
import Files

/// How many images are judged at the same time.
struct WorkerOptions: ParsableArguments {
  @Option(help: "Images judged at the same time. (default: one for each processor that may be used)")
  var workers: Int?

  private static let range = 1...256

  func validate() throws {
    if let workers, !Self.range.contains(workers) {
      throw ValidationError("--workers takes a number from 1 to \(Self.range.upperBound)")
    }
  }

  var count: Int { workers ?? Self.processors }

  /// One for each processor that may be used.
  static var processors: Int { min(range.upperBound, Processors.usable) }
}
