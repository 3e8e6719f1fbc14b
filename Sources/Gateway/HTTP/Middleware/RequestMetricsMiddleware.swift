import Common
import Hummingbird
import Logging

/// Counts, times and logs requests, from their head until there is an answer.
struct RequestMetricsMiddleware: RouterMiddleware {
  let metrics: GatewayMetrics
  let inFlight: InFlight
  let log: Logger

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    inFlight.begin()
    defer { inFlight.end() }
    let response = try await next(request, context)
    let seconds = start.duration(to: .now).seconds
    let report = context.report.content
    metrics.noteRequest(report.route, report.outcome, seconds: seconds)
    note(report, response.status.code, context.identity, seconds)
    return response
  }

  private func note(_ report: RequestReport.Content, _ status: Int, _ identity: RequestIdentity, _ seconds: Double) {
    log.log(
      level: status >= 500 ? .warning : .debug, "request",
      metadata: [
        "request": "\(identity.id)", "route": "\(report.route)", "status": "\(status)",
        "outcome": "\(report.outcome.rawValue)", "seconds": "\(seconds)",
      ].merging(report.cause.map { ["cause": "\($0)"] } ?? [:]) { _, cause in cause })
  }
}
