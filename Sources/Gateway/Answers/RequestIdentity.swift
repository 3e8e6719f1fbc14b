import FoundationEssentials

/// What a request is called in answers, logs and upstream, and the trace that it belongs to.
package struct RequestIdentity: Sendable, Hashable {
  package var id: String
  /// W3C Trace Context, passed on unchanged where it is well-formed.
  package var traceparent: String?
  package var tracestate: String?

  private static let longestID = 128
  private static let longestState = 512

  /// - Parameters:
  ///   - proposed: what the client calls the request; anything but letters, digits and `._-` is replaced by an id of ours.
  package init(proposed: String?, traceparent: String? = nil, tracestate: String? = nil) {
    id = proposed.flatMap { Self.isID($0) ? $0 : nil } ?? UUID().uuidString.lowercased()
    self.traceparent = traceparent.flatMap { Self.isTraceparent($0) ? $0 : nil }
    let isState = tracestate.map {
      $0.utf8.count <= Self.longestState && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
    self.tracestate = self.traceparent != nil && isState == true ? tracestate : nil
  }

  private static func isID(_ text: String) -> Bool {
    (1...longestID).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      }
  }

  /// Version, trace id, parent id and flags, in lower-case hexadecimal; ids of zeros mean none.
  private static func isTraceparent(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] != "ff" else { return false }
    let isHexadecimal = parts.allSatisfy { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
    return isHexadecimal && parts[1].contains { $0 != "0" } && parts[2].contains { $0 != "0" }
  }
}
