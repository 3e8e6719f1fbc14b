import HTTPTypes

extension HTTPFields {
  /// Whether the body is as it is once the parser has put its chunks together: the head names no coding of it, but such as change nothing.
  ///
  /// The parser undoes no other transfer coding (RFC 9112, section 6.1), and whoever stands behind a check may. More than one `chunked`
  /// is forbidden, and read in two ways.
  var haveBodyAsItIs: Bool {
    elements(.contentEncoding).allSatisfy { $0 == Refusal.plainEncoding }
      && [[], ["chunked"]].contains(elements(.transferEncoding))
  }

  /// The elements of a list, in lower case and without the spaces around them. Empty ones are none.
  private func elements(_ name: HTTPField.Name) -> [String] {
    self[values: name].joined(separator: ",").utf8.split(separator: UInt8(ascii: ",")).compactMap { element in
      let text = element.drop(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
      return text.isEmpty ? nil : String(decoding: text, as: UTF8.self).lowercased()
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
