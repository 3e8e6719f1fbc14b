import Common
import ImageCodecs

/// Finds where the PNG at the head of a stream ends, by its chunks.
struct PNGBoundaries {
  private let buffer: StreamBuffer
  private let limit: Int
  private var knownWays = KnownWays()

  init(in buffer: StreamBuffer, limit: Int) {
    self.buffer = buffer
    self.limit = limit
  }

  mutating func next() throws(SluiceError) -> ImageBoundary {
    var walk = ChunkWalk(position: ImageFormat.png.signature.count)
    defer {
      knownWays.add(walk.passed, leadingTo: buffer.consumed + walk.position, consumed: buffer.consumed)
    }
    while true {
      walk.goOn(along: knownWays, from: buffer.consumed)
      let searchStart = walk.unsound?.lowerBound ?? walk.position
      guard walk.position <= limit else { return .tooLong(searchFrom: searchStart) }
      let type = walk.position + 4
      guard try buffer.ensure(type + 4), isChunkType(at: type) else { return .broken(searchFrom: searchStart) }
      let length = (0..<4).reduce(0) { $0 << 8 | Int(buffer[walk.position + $1]) }
      let isEnd = hasEndType(at: type)
      // No more is read for a damaged length than for a sound image.
      guard length <= limit, !isEnd || length == 0, try buffer.ensure(type + 8 + length) else {
        return .broken(searchFrom: walk.unsound?.lowerBound ?? type + 4)
      }
      let chunk = type + 4..<type + 8 + length
      if walk.unsound == nil, !checksumHolds(type: type, end: chunk.upperBound) { walk.unsound = chunk }
      if isEnd {
        let other = walk.unsound.flatMap { firstImage(in: $0) }
        return other.map { .broken(searchFrom: $0) } ?? .end(chunk.upperBound)
      }
      walk.position = chunk.upperBound
    }
  }

  private func firstImage(in range: Range<Int>) -> Int? {
    buffer.firstPosition(in: range) { bytes, position in ImageFormat.at(position, in: bytes) != nil }
  }

  /// Whether the checksum in the last four bytes before `end` is that of the bytes from `type` to there.
  ///
  /// Once too much was summed again and again, chunks are taken at their word, which moves the stream on.
  private func checksumHolds(type: Int, end: Int) -> Bool {
    guard buffer.spend(end - type, limit: limit) else { return true }
    let declared = (end - 4..<end).reduce(UInt32(0)) { $0 << 8 | UInt32(buffer[$1]) }
    return buffer.checksum(of: type..<end - 4) == declared
  }

  private func isChunkType(at position: Int) -> Bool {
    for index in position..<position + 4 {
      let folded = buffer[index] | 0x20
      guard folded >= 0x61, folded <= 0x7A else { return false }
    }
    return true
  }

  private func hasEndType(at position: Int) -> Bool {
    buffer[position] == 0x49 && buffer[position + 1] == 0x45 && buffer[position + 2] == 0x4E
      && buffer[position + 3] == 0x44
  }
}

/// One walk along the chunks of an image.
private struct ChunkWalk {
  /// Where the next chunk begins.
  var position: Int
  /// The first chunk whose checksum does not hold: damaged, or cut off and followed by another image.
  var unsound: Range<Int>?
  /// Some of the places after the unsound chunk, from the start of the stream.
  private(set) var passed: [Int] = []
  private var steps = 0

  /// One place in so many is noted.
  private static let placeDistance = 8

  init(position: Int) {
    self.position = position
  }

  /// Leaps to where earlier walks have come, once all that counts is where the chunks lead.
  ///
  /// Up to the unsound chunk, nothing was walked in vain: the stream moves on to there at least.
  mutating func goOn(along ways: KnownWays, from head: Int) {
    guard unsound != nil else { return }
    while let lead = ways.lead(from: head + position) {
      passed.append(head + position)
      position = lead - head
      steps = 0
    }
    if steps % Self.placeDistance == 0 { passed.append(head + position) }
    steps += 1
  }
}
