import CImageCodecs

/// The CRC-32 of ISO 3309, as PNG and ZIP use it.
///
/// - Complexity: O(bytes).
package func crc32(_ bytes: Span<UInt8>) -> UInt32 {
  unsafe bytes.withUnsafeBufferPointer { unsafe sluice_crc32(0, $0.baseAddress, $0.count) }
}
