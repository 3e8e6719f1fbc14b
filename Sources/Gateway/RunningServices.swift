import Common
import ServiceLifecycle
import Synchronization

/// The services of a gateway that have not ended yet, so that it can be said which one keeps it from ending.
package final class RunningServices: Sendable {
  /// In the order in which they are begun.
  private let names = Mutex<[String]>([])

  package init() {}

  package func begin(_ name: String) { names.withLock { $0.append(name) } }

  package func end(_ name: String) { names.withLock { $0.removeAll { $0 == name } } }

  /// The same service, which counts from now until it has ended.
  func watched(_ name: String, _ service: some Service) -> any Service {
    begin(name)
    return WatchedService(name: name, service: service, running: self)
  }

  /// Why the gateway has to be left as it is.
  ///
  /// - Parameters:
  ///   - isAudited: whether there is an audit log, which anybody may wait for.
  package func unended(isAudited: Bool) -> SluiceError {
    // They end in the reverse order, one after another: all others wait for the last one.
    let last = names.withLock { $0.last }
    return SluiceError(
      .notEnded, "the gateway could not end in time" + (last.map { ", and left \($0) undone" } ?? ""),
      remedy: isAudited ? "the audit log may hang: check its disk, or its server, and verify it" : nil)
  }
}

private struct WatchedService: Service {
  let name: String
  let service: any Service
  let running: RunningServices

  func run() async throws {
    defer { running.end(name) }
    try await service.run()
  }
}

extension SluiceError.Code {
  /// Something is still at work that nobody may wait for any longer.
  package static let notEnded = SluiceError.Code("not-ended")
}
