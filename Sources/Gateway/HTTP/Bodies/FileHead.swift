/// The first 24 bytes of what may be a file, zeros behind its end: enough to tell images of every kind by.
///
/// Kinds that are not decoded count as well: they are found here to be refused there.
struct FileHead {
  static let length = 24

  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt64 = 0

  init() {}

  /// - Precondition: `0 <= start <= bytes.count`.
  init(_ bytes: Span<UInt8>, at start: Int = 0) {
    for place in start..<min(start + Self.length, bytes.count) { set(bytes[place], at: place - start) }
  }

  /// - Parameters:
  ///   - bytes: as many as there are, and no more than `length`.
  init(_ bytes: some Sequence<UInt8>) {
    for (place, byte) in bytes.enumerated() { set(byte, at: place) }
  }

  mutating func set(_ byte: UInt8, at place: Int) {
    let bits = UInt64(byte) << UInt64(56 - 8 * (place & 7))
    switch place >> 3 {
    case 0: first |= bits
    case 1: second |= bits
    default: third |= bits
    }
  }

  /// Whether an image may begin with these two bytes: all others are passed over at one look.
  static func mayBeImage(_ bytes: UInt16) -> Bool {
    switch bytes {
    case 0x8950, 0xFFD8, 0xFF4F, 0x4749, 0x4949, 0x4D4D, 0x3842, 0x424D, 0x5249, 0: true
    default: false
    }
  }

  /// The same of eight bytes, of which less data holds by chance, or because somebody wants every place to be looked at.
  static func mayBeImage(_ bytes: UInt64) -> Bool {
    switch UInt32(truncatingIfNeeded: bytes) {
    // What the containers of JPEG XL, JPEG 2000, HEIF and AVIF have behind a length.
    case 0x4A58_4C20, 0x6A50_2020, 0x6674_7970: true
    default: bytes >> 48 != 0
    }
  }

  /// Whether an image begins here, surely enough to be asked of any place in other data.
  var isImage: Bool {
    guard Self.mayBeImage(UInt16(truncatingIfNeeded: first >> 48)) else { return false }
    switch first {
    // PNG, and the containers of JPEG XL and JPEG 2000.
    case 0x8950_4E47_0D0A_1A0A, 0x0000_000C_4A58_4C20, 0x0000_000C_6A50_2020: return true
    default: break
    }
    switch first >> 16 {
    // GIF87a, GIF89a, Photoshop.
    case 0x4749_4638_3761, 0x4749_4638_3961, 0x3842_5053_0001: return true
    default: break
    }
    switch first >> 32 {
    // TIFF and BigTIFF in either byte order, JPEG 2000 without a container.
    case 0x4949_2A00, 0x4D4D_002A, 0x4949_2B00, 0x4D4D_002B, 0xFF4F_FF51: return true
    // RIFF, and which.
    case 0x5249_4646: return second >> 32 == 0x5745_4250
    default: return isJPEG || isBitmap || isHighEfficiency
    }
  }

  /// A start marker, and one that may come next, or filling before it.
  private var isJPEG: Bool {
    let next = UInt8(truncatingIfNeeded: first >> 32)
    return first >> 40 == 0xFFD8FF && next >= 0xC0 && !(0xD0...0xD9).contains(next)
  }

  /// BMP, whose second header has one of a few lengths, 14 bytes in.
  private var isBitmap: Bool {
    guard first >> 48 == 0x424D else { return false }
    let length = UInt32(truncatingIfNeeded: second << 16 | third >> 48).byteSwapped
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(length)
  }

  /// HEIF and AVIF, of which there are many brands.
  private var isHighEfficiency: Bool {
    guard UInt32(truncatingIfNeeded: first) == 0x6674_7970 else { return false }
    switch second >> 40 {
    // hei, hev, mif, msf, avi
    case 0x686569, 0x686576, 0x6D6966, 0x6D7366, 0x617669: return true
    default: return false
    }
  }
}
