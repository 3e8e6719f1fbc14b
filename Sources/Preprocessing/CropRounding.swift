/// Where a crop from the middle begins when the pixels beside it are odd in number: its offset is (n − size) / 2, rounded.
package enum CropRounding: String, Sendable, Hashable, CaseIterable {
  /// Halves to the even number, as Python's round() does: torchvision's `CenterCrop`. Of what is padded, the smaller half
  /// comes first.
  case halfToEven
  /// Down, as Python's // does: Hugging Face's `center_crop`. Of what is padded, the larger half comes first.
  case down

  /// How far from the beginning of a side a crop begins; less than zero where the side is too short.
  func offset(_ available: Int, _ wanted: Int) -> Int {
    switch self {
    case .halfToEven:
      if wanted > available { return -((wanted - available) / 2) }
      return Int((Double(available - wanted) / 2).rounded(.toNearestOrEven))
    case .down: return (available - wanted) >> 1
    }
  }
}
