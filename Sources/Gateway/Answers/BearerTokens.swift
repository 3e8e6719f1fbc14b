import Synchronization

/// The tokens that clients show (RFC 6750), for all who ask for them: others may take their place while the gateway runs.
package final class BearerTokens: Sendable {
  private let tokens: Mutex<[[UInt8]]>

  package static let shortest = 16

  package init(_ tokens: [String]) {
    self.tokens = Mutex(tokens.map { Array($0.utf8) })
  }

  package var isEmpty: Bool { all.isEmpty }

  private var all: [[UInt8]] { tokens.withLock { $0 } }

  /// From now on, these are the tokens.
  package func replace(with others: BearerTokens) {
    let others = others.all
    tokens.withLock { $0 = others }
  }

  /// Whether an `Authorization` field carries one of the tokens; always, where there are none.
  ///
  /// Compares in a time that does not tell how much of a guess was right.
  package func admit(_ authorization: String?) -> Bool {
    let tokens = all
    guard !tokens.isEmpty else { return true }
    guard let shown = Self.shown(in: authorization).map({ Array($0.utf8) }) else { return false }
    return tokens.reduce(false) { found, token in Self.areEqual(token, shown) || found }
  }

  /// The token in an `Authorization` field, whose scheme may be written in any case and followed by several spaces.
  package static func shown(in authorization: String?) -> String? {
    guard let field = authorization?.utf8,
      field.prefix(scheme.utf8.count).map(\.inSmallLetters).elementsEqual(scheme.utf8)
    else { return nil }
    let rest = field.dropFirst(scheme.utf8.count)
    guard rest.first == UInt8(ascii: " ") else { return nil }
    let token = rest.drop { $0 == UInt8(ascii: " ") }
    return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
  }

  private static let scheme = "bearer"

  private static func areEqual(_ token: [UInt8], _ shown: [UInt8]) -> Bool {
    var difference = token.count ^ shown.count
    for (index, byte) in token.enumerated() {
      difference |= Int(byte ^ (shown.isEmpty ? 0 : shown[index % shown.count]))
    }
    return difference == 0
  }
}
