import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A fixed number of threads for work that keeps a processor busy or waits in a system call.
///
/// Swift's own pool has one thread a core and must never block; decoding and inference run here instead. As a task
/// executor it serves plain `async` code. Rejected alternative: a dispatch queue, whose thread count is not bounded.
package final class WorkerPool: TaskExecutor {
  private let queue: JobQueue

  /// Starts the threads; they live as long as the pool.
  ///
  /// - Precondition: `threads` is at least 1.
  package init(threads: Int) {
    precondition(threads >= 1)
    queue = JobQueue()
    for _ in 0..<threads { startThread() }
  }

  deinit {
    queue.close()
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job))
  }

  private func startThread() {
    let opaque = unsafe Unmanaged.passRetained(queue).toOpaque()
    var thread = pthread_t()
    let status = unsafe pthread_create(&thread, nil, { unsafe runJobs($0) }, opaque)
    precondition(status == 0, "the system has no threads left")
    pthread_detach(thread)
  }
}

/// What a thread does: jobs, until the queue is closed and empty.
private func runJobs(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let opaque = unsafe opaque else { return nil }
  let executor = QueueExecutor(queue: unsafe Unmanaged<JobQueue>.fromOpaque(opaque).takeRetainedValue())
  while let job = executor.queue.next() {
    unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
  }
  return nil
}

/// The executor as a thread knows it: the thread must not keep the pool alive, or it would never end.
private final class QueueExecutor: TaskExecutor {
  let queue: JobQueue

  init(queue: JobQueue) {
    self.queue = queue
  }

  func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job))
  }
}

/// A first-in, first-out queue on which threads wait.
@safe private final class JobQueue: @unchecked Sendable {
  // Everything below is guarded by the mutex.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var head = 0
  private var isClosed = false

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
