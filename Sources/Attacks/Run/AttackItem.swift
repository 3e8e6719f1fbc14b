import FilterPipeline

/// A picture to attack, with its place among the pictures and the name of its attacked version.
struct AttackItem: Sendable {
  let number: Int
  let name: String
  /// The SHA-256 of its bytes.
  let digest: String
  let input: EncodedInput

  func image(_ outcome: AttackedImage.Outcome, _ reason: String? = nil) -> AttackedImage {
    var image = AttackedImage(number: number, source: input.source, name: name, sha256: digest, outcome: outcome)
    image.reason = reason
    return image
  }

  /// Whether it is what an earlier run attacked.
  func isOriginal(of image: AttackedImage) -> Bool { image.sha256 == digest && image.source == input.source }
}
