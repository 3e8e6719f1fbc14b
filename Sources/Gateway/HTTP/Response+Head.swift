import HTTPTypes
import Hummingbird

extension Response {
  /// The response to such a request: to HEAD its header fields alone (RFC 9110, section 9.3.2).
  ///
  /// Over HTTP/2 a body after all ends the connection, with whatever else is in flight on it.
  func answering(_ method: HTTPRequest.Method) -> Response {
    guard method == .head else { return self }
    var head = self
    let length = headers[.contentLength] ?? body.contentLength.map { "\($0)" }
    head.body = ResponseBody()
    head.headers[.contentLength] = length
    return head
  }
}
