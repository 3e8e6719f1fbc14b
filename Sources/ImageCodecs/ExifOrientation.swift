import Pixels

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

  /// The orientation in a TIFF structure, as EXIF data holds; `nil` when there is none or it is malformed.
  ///
  /// Reads the first directory only, and never outside `tiff`.
  static func inTIFF(_ tiff: Span<UInt8>) -> ExifOrientation? {
    guard tiff.count >= 8 else { return nil }
    let isLittleEndian = tiff[0] == 0x49 && tiff[1] == 0x49
    guard isLittleEndian || (tiff[0] == 0x4D && tiff[1] == 0x4D) else { return nil }
    func short(_ offset: Int) -> Int? {
      guard let value = tiff.uint16(at: offset) else { return nil }
      return isLittleEndian ? (value & 0xFF) << 8 | value >> 8 : value
    }
    func long(_ offset: Int) -> Int? {
      guard let first = short(offset), let second = short(offset + 2) else { return nil }
      return isLittleEndian ? second << 16 | first : first << 16 | second
    }
    guard short(2) == 42, let directory = long(4), let entries = short(directory) else { return nil }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = short(offset) else { return nil }
      guard tag == 0x0112 else { continue }
      guard short(offset + 2) == 3, let value = short(offset + 8) else { return nil }
      return ExifOrientation(rawValue: value)
    }
    return nil
  }
}
