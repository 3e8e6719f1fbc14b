import Synchronization
import TestSupport
import Testing
import Workers

/// Places of which there is a fixed number.
struct PlacesTests {
  private final class Entered: Sendable {
    let order = Mutex<[Int]>([])
  }

  @Test("whoever has waited longest gets the place that is given back")
  func order() async throws {
    let (queue, entered) = (PlaceQueue(places: 2), Entered())
    #expect(await queue.enter() == .granted)
    #expect(await queue.enterEvenIfCancelled() == .granted)
    #expect(queue.free == 0)
    var tasks: [Task<Void, Never>] = []
    for number in 0..<3 {
      tasks.append(
        Task {
          _ = await (number == 1 ? queue.enterEvenIfCancelled() : queue.enter())
          entered.order.withLock { $0.append(number) }
        })
      try await eventually("it waits") { queue.waiting == number + 1 }
    }
    for (number, task) in tasks.enumerated() {
      #expect(entered.order.withLock { $0 } == Array(0..<number))
      queue.leave()
      await task.value
    }
    #expect(queue.waiting == 0 && queue.free == 0)
    for _ in 0..<2 { queue.leave() }
    #expect(queue.free == 2)
  }

  @Test("who finds no place and as many waiting as may is told at once")
  func full() async {
    let queue = PlaceQueue(places: 1, maximumWaiting: 0)
    #expect(await queue.enter() == .granted)
    #expect(await queue.enter() == .full)
    #expect(await queue.enterEvenIfCancelled() == .full)
    queue.leave()
    #expect(await queue.enter() == .granted)
  }
}
