import Common

/// What one call of a model server is called, and no other: clients may call as many requests the same as they like.
///
/// It can be told from what servers call their answers where they do not keep to the protocol.
enum CallID {
  private static let mark = Array("-sluice-".utf8)
  private static let digits = 16

  static func new(for identity: RequestIdentity) -> String {
    identity.id + String(decoding: mark, as: UTF8.self) + Hexadecimal.text(UInt64.random(in: 0...UInt64.max))
  }

  /// Whether a text has the form of a call's id, of this one or of another.
  static func isOne(_ text: String) -> Bool {
    let end = text.utf8.suffix(mark.count + digits)
    return end.starts(with: mark) && end.count == mark.count + digits
      && end.suffix(digits).allSatisfy { Hexadecimal.value($0) != nil }
  }
}
