import Glibc
import Testing
import Workers

/// Work that is done on a pool's threads, and what it throws.
struct WorkerPoolTests {
  private enum Trouble: Error { case small }

  @Test("all that is asked for runs on the pool's only thread", arguments: [false, true])
  func thread(isApart: Bool) async {
    let pool = WorkerPool(threads: 1)
    let threads = await withTaskGroup(of: pthread_t.self) { group in
      for _ in 0..<50 {
        group.addTask {
          guard isApart else { return await pool.run { pthread_self() } }
          return await pool.runUncancelled { pthread_self() }
        }
      }
      var threads: Set<pthread_t> = []
      for await thread in group { threads.insert(thread) }
      return threads
    }
    #expect(threads.count == 1)
  }

  @Test("what the work throws comes back as it was thrown")
  func errors() async {
    let pool = WorkerPool(threads: 1)
    do throws(Trouble) {
      _ = try await pool.run { () throws(Trouble) -> Int in throw .small }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error == .small)
    }
    do throws(Trouble) {
      _ = try await pool.runUncancelled { () throws(Trouble) -> Int in throw .small }
      Issue.record("nothing was thrown")
    } catch {
      #expect(error == .small)
    }
  }

  @Test("work is cancelled with whoever asks, unless it is to be done whatever happens")
  func cancellation() async {
    let pool = WorkerPool(threads: 1)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      let within = await pool.run { Task.isCancelled }
      let apart = await pool.runUncancelled { Task.isCancelled }
      return [within, apart]
    }
    task.cancel()
    #expect(await task.value == [true, false])
  }
}
