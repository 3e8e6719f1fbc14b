import Common
import HTTPTypes
import Hummingbird
import NIOHTTP1
import OpenInference

/// Turns whatever keeps a request from being answered into a response.
struct RefusalMiddleware: RouterMiddleware {
  /// How its port says no.
  let respond: @Sendable (any Error, Request, HTTPContext) -> Response

  func handle(
    _ request: Request, context: HTTPContext, next: (Request, HTTPContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch { return respond(error, request, context) }
  }
}

extension Refusal {
  /// What any error means for whoever sent the request over HTTP.
  package init(ofHTTP error: any Error) {
    self.init(error) { error in
      // The client broke the protocol, or broke off.
      guard let cause = (error as? UnreadableBody)?.cause else { return Refusal(breach: error) }
      return Refusal(breach: cause) ?? Refusal(.gone, .cancelled, "the request could not be read", cause: "\(cause)")
    }
  }

  /// What an error means that HTTP's parser throws; `nil` for any other, and where a request ends too early: its client has gone.
  init?(breach error: any Error) {
    switch error as? HTTPParserError {
    case nil, .invalidEOFState, .closedConnection: return nil
    case let error?:
      self.init(.invalid, .invalidRequest, "the request breaks the rules of HTTP", cause: error.debugDescription)
    }
  }

  /// The header fields that belong to its status.
  var headers: HTTPFields {
    var headers = HTTPFields()
    headers[.retryAfter] = retryAfter?.description
    switch status {
    case .unauthenticated: headers[.wwwAuthenticate] = "Bearer"
    case .methodNotAllowed: headers[.allow] = allowedMethods.joined(separator: ", ")
    case .unsupported: headers[.acceptEncoding] = Self.plainEncoding
    default: break
    }
    return headers
  }

  /// The only encoding of bodies that is taken.
  static let plainEncoding = "identity"
}
