extension String {
  /// The text as one word of a POSIX shell, for commands that are printed to be taken over: as it is where the shell reads nothing else
  /// in it, else within single quotes.
  ///
  /// A hyphen at the beginning stays: it means something to the command, and nothing to the shell.
  package var shellWord: String {
    guard isEmpty || !utf8.allSatisfy(\.isPlainInShell) else { return self }
    // Byte by byte: with a combining mark behind it, a quotation mark is another character.
    let bytes = utf8.flatMap { $0 == UInt8(ascii: "'") ? Array("'\\''".utf8) : [$0] }
    return "'" + String(decoding: bytes, as: UTF8.self) + "'"
  }
}

extension UInt8 {
  fileprivate var isPlainInShell: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_@%+=:,./-".utf8.contains(self)
    }
  }
}
