import HTTPTypes
import Hummingbird
import NIOCore

/// Responses of the audit pages, each with the headers that keep a browser from doing more than it should.
enum PageResponse {
  private static let policy = """
    default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'
    """

  static func html(_ text: String, status: Int) -> Response {
    response(Array(text.utf8), "text/html; charset=utf-8", status: status)
  }

  static func asset(_ bytes: [UInt8], _ type: String) -> Response {
    var response = response(bytes, type)
    response.headers[.cacheControl] = "no-cache"
    return response
  }

  /// A picture that was made here. It does not change as long as the filter does not.
  static func picture(_ bytes: [UInt8]) -> Response {
    var response = response(bytes, "image/png")
    response.headers[.cacheControl] = "private, max-age=60"
    return response
  }

  /// A file of a sender's, which a browser is to save and never to show.
  static func download(_ bytes: [UInt8], named name: String) -> Response {
    var response = response(bytes, "application/octet-stream")
    response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
    response.headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
    return response
  }

  static func redirect(to address: String) -> Response {
    var response = response([], "text/plain; charset=utf-8", status: 303)
    response.headers[.location] = address
    return response
  }

  static func response(_ bytes: [UInt8], _ type: String, status: Int = 200) -> Response {
    Response(
      status: HTTPResponse.Status(code: status), headers: headers(type),
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func headers(_ type: String) -> HTTPFields {
    [
      .contentType: type, .cacheControl: "no-store", .contentSecurityPolicy: policy, .contentTypeOptions: "nosniff",
      .referrerPolicy: "no-referrer", .frameOptions: "DENY", .openerPolicy: "same-origin",
      .resourcePolicy: "same-origin",
    ]
  }
}
