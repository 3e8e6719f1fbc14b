import Common

extension Verification.Writer {
  /// A key that signed checkpoints of a chain and is not among the trusted ones.
  package struct UnknownKey: Sendable, Hashable {
    /// `NAME+HASH`, as it begins in `signing.pub`, by the checkpoint's own account.
    package let name: String
    /// The first record that it signed a checkpoint of.
    package let first: Int
    package internal(set) var checkpoints = 1
  }

  /// Whoever can write to the log can invent any number.
  private static let mostUnknownKeys = 20

  /// Notes a checkpoint of the next record.
  mutating func note(unknown note: SignedCheckpoint) {
    let name = "\(note.keyName)+\(Hexadecimal.text(note.keyHash))"
    if let place = unknownKeys.firstIndex(where: { $0.name == name }) {
      unknownKeys[place].checkpoints += 1
    } else if unknownKeys.count < Self.mostUnknownKeys {
      unknownKeys.append(UnknownKey(name: name, first: records + 1))
    }
  }

  /// What cannot be checked without a key, once the chain has been followed.
  var missingKeys: [Verification.Problem] {
    unknownKeys.map { key in
      Verification.Problem(
        AuditReference(writer: name, sequence: key.first),
        "has a checkpoint signed by key \(key.name), which is not among the trusted ones "
          + "(it signed \(key.checkpoints) of this chain, which has \(records) records)", isMissingKey: true)
    }
  }
}
