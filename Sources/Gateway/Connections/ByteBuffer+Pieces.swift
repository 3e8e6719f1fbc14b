import NIOCore

extension ByteBuffer {
  /// The same bytes in pieces, each to be written by itself, so that whoever waits for them sees them go; one empty piece
  /// where there are none.
  ///
  /// - Complexity: O(1) for each piece: nothing is copied.
  package var pieces: [ByteBuffer] {
    var rest = self
    var pieces: [ByteBuffer] = []
    while rest.readableBytes > UntakenWrites.pieceSize, let piece = rest.readSlice(length: UntakenWrites.pieceSize) {
      pieces.append(piece)
    }
    return pieces + [rest]
  }
}
