import Glibc
import Synchronization

/// Calls `job` once with each number below `count`, several at a time, and returns when all have come back.
///
/// For work at the start of a process that is not asynchronous, such as opening models. The calling thread takes part;
/// further ones live as long as the call. Numbers are taken in their order, so the longest jobs should come first.
///
/// - Parameters:
///   - threads: how many jobs run at the same time, the calling thread's among them.
/// - Precondition: `threads` is at least 1.
package func runConcurrently(_ count: Int, threads: Int, _ job: @escaping @Sendable (Int) -> Void) {
  precondition(threads >= 1)
  let jobs = NumberedJobs(count: count, job)
  var started: [pthread_t] = []
  for _ in 1..<max(1, min(threads, count)) {
    let opaque = unsafe Unmanaged.passRetained(jobs).toOpaque()
    var thread = pthread_t()
    guard unsafe pthread_create(&thread, nil, { unsafe runNumberedJobs($0) }, opaque) == 0 else {
      // Fewer threads do the same work.
      unsafe Unmanaged<NumberedJobs>.fromOpaque(opaque).release()
      break
    }
    started.append(thread)
  }
  jobs.run()
  for thread in started { pthread_join(thread, nil) }
}

private func runNumberedJobs(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let opaque = unsafe opaque else { return nil }
  unsafe Unmanaged<NumberedJobs>.fromOpaque(opaque).takeRetainedValue().run()
  return nil
}

private final class NumberedJobs: Sendable {
  private let next = Atomic(0)
  private let count: Int
  private let job: @Sendable (Int) -> Void

  init(count: Int, _ job: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.job = job
  }

  func run() {
    while true {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < count else { return }
      job(number)
    }
  }
}
