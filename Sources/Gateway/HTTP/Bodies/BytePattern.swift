import ImageCodecs

/// Bytes to be found in others in linear time, whatever either of them holds (Knuth, Morris, Pratt).
struct BytePattern {
  let bytes: [UInt8]
  /// For each length of a match that fails, the length of the longest shorter match that may still hold.
  private let shorter: [Int]

  /// - Precondition: there is at least one byte.
  init(_ bytes: [UInt8]) {
    precondition(!bytes.isEmpty)
    var shorter = [0, 0]
    var length = 0
    for byte in bytes.dropFirst() {
      while length > 0, bytes[length] != byte { length = shorter[length] }
      if bytes[length] == byte { length += 1 }
      shorter.append(length)
    }
    self.bytes = bytes
    self.shorter = shorter
  }

  /// Where the pattern begins, overlapping occurrences included; no more than the first `most` places.
  ///
  /// - Complexity: O(bytes).
  func offsets(in text: Span<UInt8>, most: Int) -> [Int] {
    var offsets: [Int] = []
    var (position, length) = (0, 0)
    while position < text.count, offsets.count < most {
      if length == 0 {
        guard let next = text.firstOffset(of: bytes[0], from: position) else { break }
        position = next
      }
      while length > 0, bytes[length] != text[position] { length = shorter[length] }
      if bytes[length] == text[position] { length += 1 }
      position += 1
      if length == bytes.count {
        offsets.append(position - length)
        length = shorter[length]
      }
    }
    return offsets
  }
}
