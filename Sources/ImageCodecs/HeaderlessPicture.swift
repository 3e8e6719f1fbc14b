/// Pictures of kinds that no first bytes tell. Some readers look for them at a fixed place of every file that they make
/// nothing else of, also of one that begins as a PNG or JPEG.
enum HeaderlessPicture {
  /// Whether such a picture stands in a file.
  ///
  /// - Complexity: O(1).
  static func stands(in bytes: Span<UInt8>) -> Bool {
    bytes.hasBytes("PCD_", at: photoCDOffset) || isSPIDER(bytes, isLittleEndian: false)
      || isSPIDER(bytes, isLittleEndian: true)
  }

  /// Where Kodak's Photo CD has its name.
  private static let photoCDOffset = 2048

  /// Whether the first fields are those of a SPIDER image, as Pillow wants them: all of them whole, a kind of 1, which is
  /// a picture, and a header of as many bytes as its records have.
  private static func isSPIDER(_ bytes: Span<UInt8>, isLittleEndian: Bool) -> Bool {
    let fields = wholeFields.map { field($0, of: bytes, isLittleEndian: isLittleEndian) }
    guard fields.allSatisfy({ $0.isFinite && $0 == $0.rounded(.towardZero) }) else { return false }
    let (kind, records, headerBytes, recordBytes) = (fields[2], fields[4], fields[5], fields[6])
    // Numbers of 24 bits: the product is exact.
    return kind == 1 && headerBytes == records * recordBytes
  }

  private static let wholeFields = [1, 2, 5, 12, 13, 22, 23]

  /// A field of 32 bits, counted from 1; not a number beyond the end.
  private static func field(_ number: Int, of bytes: Span<UInt8>, isLittleEndian: Bool) -> Double {
    guard let stored = bytes.uint32(at: 4 * (number - 1)) else { return .nan }
    let bits = UInt32(truncatingIfNeeded: stored)
    return Double(Float(bitPattern: isLittleEndian ? bits.byteSwapped : bits))
  }
}
