import StatefulDetection
import Workers

/// Shares with other gateways what this one was asked, by a stream on a Redis server.
///
/// A search that is spread over several gateways is a chain in each of them: each writes its questions to the stream, and learns
/// what the others wrote. Nobody waits for it. Without the server, each gateway knows what it was asked itself.
package final class QuestionSharing: Sendable {
  private let settings: SharingSettings
  private let memory: QueryMemory
  private let pending = PendingQuestions(limit: mostPending)
  private let observe: @Sendable (SharingEvent) -> Void

  /// Questions that wait to be sent; they take about 4 MB.
  package static let mostPending = 4096

  /// - Parameters:
  ///   - memory: what learns from other gateways.
  ///   - observe: called on the threads of the sharing, and for `lost` also on that of `share`.
  package init(
    _ settings: SharingSettings, memory: QueryMemory, observe: @escaping @Sendable (SharingEvent) -> Void
  ) {
    self.settings = settings
    self.memory = memory
    self.observe = observe
  }

  /// Lets other gateways know of a question that this one was asked, soon. Returns at once.
  ///
  /// - Complexity: O(1).
  package func share(_ question: Question) {
    if !pending.add(question) { observe(.lost(.queue, 1)) }
  }

  /// Sends and receives until the task is cancelled, then ends within a few seconds, or as late as a slow server lets it
  /// (`AnswerPatience.longest`). To be called once.
  ///
  /// Both wait in system calls, so each has a thread of its own.
  package func run() async {
    let threads = WorkerPool(threads: 2)
    let availability = Availability(observe: observe)
    // Own entries are recognised by it. After a start it is another one: what was asked before is learned again.
    let writer = UInt64.random(in: .min ... .max)
    await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: threads) { [settings, pending, observe] in
        var sender = QuestionSender(
          settings: settings, writer: writer, pending: pending, availability: availability, observe: observe)
        await sender.run()
      }
      group.addTask(executorPreference: threads) { [settings, memory, observe] in
        var receiver = QuestionReceiver(
          settings: settings, writer: writer, memory: memory, availability: availability, observe: observe)
        await receiver.run()
      }
    }
  }
}
