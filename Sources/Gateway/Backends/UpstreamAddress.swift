import Common

/// Where a model server is, and how it is spoken to: `http://`, `https://`, `grpc://` or `grpcs://`, host and port.
package struct UpstreamAddress: Sendable, Hashable, CustomStringConvertible {
  package enum Scheme: String, Sendable, CaseIterable {
    case http
    case https
    case grpc
    case grpcs
  }

  package let scheme: Scheme
  package let host: String
  package let port: Int

  /// - Throws: `invalid-setting`.
  package init(_ text: String) throws(SluiceError) {
    func wrong(_ what: String) -> SluiceError {
      SluiceError(
        .invalidSetting, "the upstream address `\(text)` \(what)",
        remedy: "write http://HOST:PORT, https://HOST:PORT, grpc://HOST:PORT or grpcs://HOST:PORT")
    }
    guard let separator = text.range(of: "://") else { throw wrong("has no scheme") }
    guard let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else {
      throw wrong("has an unknown scheme")
    }
    var rest = text[separator.upperBound...]
    if rest.hasSuffix("/") { rest.removeLast() }
    guard !rest.contains("@") else { throw wrong("carries a name or password, which would show up in logs") }
    guard !rest.contains("/"), !rest.contains("?"), let (host, port) = HostAndPort.parts(rest) else {
      throw wrong("is not a host and a port")
    }
    guard port > 0 else { throw wrong("has no port that anybody listens on") }
    self.scheme = scheme
    self.host = host
    self.port = port
  }

  var isEncrypted: Bool { scheme == .https || scheme == .grpcs }

  package var description: String {
    "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }
}

enum HostAndPort {
  /// `HOST:PORT`, where an IPv6 address stands in brackets; `nil` for anything else.
  static func parts(_ text: Substring) -> (host: String, port: Int)? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port), text[text.index(after: colon)...].allSatisfy(\.isNumber)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    let permitted = host.utf8.allSatisfy { byte in
      byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter || (0x30...0x3A).contains(byte)
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "%")
    }
    return host.isEmpty || !permitted ? nil : (String(host), port)
  }
}

extension SluiceError.Code {
  package static let invalidSetting = SluiceError.Code("invalid-setting")
}

extension String {
  fileprivate func range(of pattern: String) -> Range<Index>? {
    var position = startIndex
    while position < endIndex {
      if self[position...].hasPrefix(pattern) { return position..<index(position, offsetBy: pattern.count) }
      position = index(after: position)
    }
    return nil
  }
}
