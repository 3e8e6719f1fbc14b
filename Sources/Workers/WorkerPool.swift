import Dispatch
import Glibc
import Synchronization

/// A fixed number of threads for work that keeps a processor busy or waits in a system call.
///
/// Swift's own pool has one thread a core and must never block; decoding and inference run here instead. As a task
/// executor it serves plain `async` code. Rejected alternative: a dispatch queue, whose thread count is not bounded.
package final class WorkerPool: TaskExecutor {
  private let queue = JobQueue()
  /// Whether there is a thread at all.
  private let hasThreads: Bool

  /// Starts the threads; they live as long as the pool. Where the system permits no more, fewer do the same work, and without one
  /// it is done by Swift's own pool: a limit on threads makes work slower and ends no process.
  ///
  /// - Precondition: `threads` is at least 1.
  package init(threads: Int) {
    precondition(threads >= 1)
    hasThreads = Self.startThread(queue)
    unsafe queue.executor = unsafe asUnownedTaskExecutor()
    guard hasThreads else { return }
    for _ in 1..<threads {
      guard Self.startThread(queue) else { break }
    }
  }

  deinit {
    queue.close()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard hasThreads else {
      // The task of the job holds the pool meanwhile.
      let executor = unsafe asUnownedTaskExecutor()
      return DispatchQueue.global().async { unsafe job.runSynchronously(on: executor) }
    }
    queue.append(job)
  }

  /// - Returns: whether the system had a thread left.
  private static func startThread(_ queue: JobQueue) -> Bool {
    let opaque = unsafe Unmanaged.passRetained(queue).toOpaque()
    var thread = pthread_t()
    guard unsafe pthread_create(&thread, nil, { unsafe runJobs($0) }, opaque) == 0 else {
      unsafe Unmanaged<JobQueue>.fromOpaque(opaque).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

/// What a thread does: jobs, until the queue is closed and empty.
///
/// Jobs run as those of the pool, so that a task that is on it already goes on where it is: with another identity every call
/// of an `async` function would queue it up again, behind others that were begun later. The thread holds the queue and not
/// the pool, or neither would ever end; while there is a job, its task holds the pool.
private func runJobs(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let opaque = unsafe opaque else { return nil }
  let queue = unsafe Unmanaged<JobQueue>.fromOpaque(opaque).takeRetainedValue()
  while let job = queue.next() {
    guard let executor = unsafe queue.executor else { break }
    unsafe job.runSynchronously(on: executor)
  }
  return nil
}

/// A first-in, first-out queue on which threads wait.
@safe private final class JobQueue: @unchecked Sendable {
  // Everything below is guarded by the mutex.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var head = 0
  private var isClosed = false
  /// The pool, set before there is a job, and named by a thread only while there is one.
  var executor: UnownedTaskExecutor?

  private static let doneAtMost = 1024

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func append(_ job: UnownedJob) {
    unsafe pthread_mutex_lock(mutex)
    jobs.append(job)
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  func close() {
    unsafe pthread_mutex_lock(mutex)
    isClosed = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Waits for the next job; `nil` when the queue is closed and empty.
  func next() -> UnownedJob? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while head == jobs.count {
      if isClosed { return nil }
      unsafe pthread_cond_wait(condition, mutex)
    }
    let job = jobs[head]
    head += 1
    // Under load the queue is never empty, so what is done is let go in pieces.
    if head == jobs.count || head >= Self.doneAtMost {
      jobs.removeFirst(head)
      head = 0
    }
    return job
  }
}
