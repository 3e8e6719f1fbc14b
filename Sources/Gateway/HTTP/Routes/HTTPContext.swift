import Hummingbird
import NIOCore
import Synchronization

/// What the server knows about a request besides the request.
///
/// Middleware fills it in. What no middleware has filled in permits nothing: the deadline is over, the visitor is nobody.
struct HTTPContext: Hummingbird.RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel
  var identity = RequestIdentity(proposed: "unnamed")
  var deadline = Deadline(after: .zero)
  /// Whether nothing of the head is known, because it is none that is read.
  var isHeadRefused = false
  /// Who looks at the audit pages.
  var visitor: Visitor?
  let report = RequestReport()

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// What became of a request, told by whoever answers it to whoever counts it.
final class RequestReport: Sendable {
  struct Content: Sendable {
    /// The name of the route; none was found, unless it is said.
    var route = "none"
    /// For metrics.
    var outcome = RequestOutcome.answered
    /// For the log.
    var cause: String?
  }

  private let state = Mutex(Content())

  var content: Content { state.withLock { $0 } }

  func note(route: String) { state.withLock { $0.route = route } }

  func note(outcome: RequestOutcome, cause: String? = nil) {
    state.withLock { content in
      content.outcome = outcome
      content.cause = cause
    }
  }
}
