import Pixels

/// What a model-size image looks like from afar: the means of 16×16 blocks, in red, green and blue.
///
///     block row 0   R G B R G B … R G B      16 blocks, 48 bytes
///     …
///     block row 15  R G B R G B … R G B
///
/// An attacker changes pixels by a few levels, up or down, which hardly moves the mean of a block of 196 of them, so all
/// questions of a search look alike. Rejected alternative: hashes of quantised pixels (Blacklight, Li et al. 2022), of
/// which 8-bit noise of 8 levels or a JPEG leaves next to none.
package struct Fingerprint: Sendable, Hashable {
  /// Blocks in a row, and rows of blocks.
  package static let side = 16
  package static let channels = 3
  /// Bytes of a fingerprint.
  package static let byteCount = side * side * channels

  /// The means, row after row of blocks, channels interleaved; always `byteCount` of them.
  package let bytes: [UInt8]

  /// - Returns: `nil` for any other number of bytes than `byteCount`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// - Parameters:
  ///   - image: what the classifier is asked about, of any size; a side of fewer than 16 pixels gives some of them to
  ///     several blocks. Gray counts as three equal channels.
  /// - Complexity: O(samples).
  package init(of image: borrowing PixelImage) {
    bytes = BlockMeans.means(of: image)
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// The fingerprint of the image mirrored left to right.
  package var mirrored: Fingerprint { Fingerprint(unchecked: BlockMeans.mirrored(bytes, side: Self.side)) }

  /// How unlike two pictures are: the root mean square of the differences in levels, once they are normalised.
  package func distance(to other: Fingerprint) -> Double {
    NormalizedFingerprint.distance(
      ofSquares: NormalizedFingerprint(self).squaredDistance(to: NormalizedFingerprint(other)))
  }
}
