/// How a question is compared with others: as it is, and mirrored.
struct Look: Sendable {
  let plain: NormalizedFingerprint
  let mirrored: NormalizedFingerprint

  init(_ fingerprint: Fingerprint) {
    plain = NormalizedFingerprint(fingerprint)
    mirrored = plain.mirrored
  }

  /// In levels.
  func distance(to other: NormalizedFingerprint) -> Double {
    NormalizedFingerprint.distance(
      ofSquares: min(plain.squaredDistance(to: other), mirrored.squaredDistance(to: other)))
  }
}
