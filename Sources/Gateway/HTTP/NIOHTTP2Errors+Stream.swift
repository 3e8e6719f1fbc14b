import NIOHTTP2

extension NIOHTTP2Errors {
  /// Whether an error of what has come concerns one stream, which the library has reset by then, and not its connection (RFC 9113, section
  /// 8.1.1): a head or trailers that break the rules, a body that is not as long as its head says, or a stream that comes too late.
  ///
  /// The library (1.46) tells errors of streams and of connections in the same way. These kinds are of streams alone; what could be either
  /// is none of them.
  static func isOfStream(_ error: any Error) -> Bool {
    switch error {
    case is ContentLengthViolated, is ContentLengthHeadersMismatch, is ContentLengthHeaderNegative,
      is ContentLengthHeaderMalformedValue, is TrailersWithoutEndStream, is StreamError:
      true
    case is ForbiddenHeaderField, is InvalidHTTP2HeaderFieldName, is InvalidHTTP2HeaderFieldValue: true
    case is PseudoHeaderAfterRegularHeader, is InvalidPseudoHeaders, is InvalidPseudoHeaderValue,
      is UnknownPseudoHeader, is UnsupportedPseudoHeader, is DuplicatePseudoHeader, is EmptyPathHeader:
      true
    default: false
    }
  }
}
