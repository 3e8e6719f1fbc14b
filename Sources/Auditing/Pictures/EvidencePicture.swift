/// One of the pictures that show why an image was flagged.
package enum EvidencePicture: Sendable, Hashable {
  /// The original, small enough for a list.
  case thumbnail
  /// The image as the classifier gets it.
  case original
  /// The version that the squeezer at a place makes.
  case version(Int)
  /// What that version changed, amplified.
  case difference(Int)
  /// Where versions differ.
  case heat
  /// What denoising takes away.
  case noise

  /// `nil` for a name that no picture has.
  package init?(_ name: String) {
    let parts = name.split(separator: "-", maxSplits: 1)
    let number = parts.count == 2 ? Int(parts[1]) : nil
    switch (parts.first, number) {
    case ("thumbnail", nil): self = .thumbnail
    case ("original", nil): self = .original
    case ("heat", nil): self = .heat
    case ("noise", nil): self = .noise
    case ("version", let place?): self = .version(place)
    case ("difference", let place?): self = .difference(place)
    default: return nil
    }
  }

  /// What it is called in an address.
  package var name: String {
    switch self {
    case .thumbnail: "thumbnail"
    case .original: "original"
    case .version(let place): "version-\(place)"
    case .difference(let place): "difference-\(place)"
    case .heat: "heat"
    case .noise: "noise"
    }
  }
}
