/// The eight ways in which a camera may have been held (EXIF 2.3, tag 0x0112). The raw value is the tag's.
package enum ExifOrientation: Int, Sendable, Hashable, CaseIterable {
  case upright = 1
  case mirrored
  case rotated180
  case flipped
  case transposed
  case rotated90
  case transversed
  case rotated270

  /// What a tag's value stands for; `nil` for numbers that mean nothing.
  init?(value: Double) {
    guard let whole = Int(exactly: value), let orientation = ExifOrientation(rawValue: whole) else { return nil }
    self = orientation
  }
}
