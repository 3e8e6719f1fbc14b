import ImageCodecs
import Pixels

/// Where an image that begins at the head of a stream ends.
enum ImageBoundary {
  /// The image ends at this position, its end marker included.
  case end(Int)
  /// The structure breaks; whatever comes next begins at or after this position.
  case broken(searchFrom: Int)
  /// The image is longer than the limit; the next one begins after this position.
  case tooLong(searchFrom: Int)
}

extension StreamBuffer {
  /// Follows markers or chunks from the head to the end of the image, reading no further than it must.
  ///
  /// End bytes are never searched for: a thumbnail inside EXIF data has an end marker too. Where the structure
  /// breaks, the image was damaged or cut short, and the position tells from where a next image may begin.
  func boundary(of format: ImageFormat, limit: Int) throws(SluiceError) -> ImageBoundary {
    switch format {
    case .jpeg: try jpegBoundary(limit: limit)
    case .png: try pngBoundary(limit: limit)
    }
  }

  private func jpegBoundary(limit: Int) throws(SluiceError) -> ImageBoundary {
    var position = 2
    // A length that was damaged, or cut off, leads astray; only a marker in its place behind the segment vouches for
    // it. The marker behind a scan vouches for nothing, because it was searched for.
    var unconfirmed = position
    var segment: (marker: JPEGMarker, start: Int)?
    while true {
      guard position <= limit else { return .tooLong(searchFrom: unconfirmed) }
      let start = position
      guard try ensure(position + 2), self[position] == 0xFF else { return .broken(searchFrom: unconfirmed) }
      while self[position + 1] == 0xFF {
        position += 1
        guard try ensure(position + 2) else { return .broken(searchFrom: unconfirmed) }
        guard position <= limit else { return .tooLong(searchFrom: unconfirmed) }
      }
      if let segment, let cut = otherImage(cutting: segment.start..<start, of: segment.marker) {
        return .broken(searchFrom: cut)
      }
      let marker = JPEGMarker(rawValue: self[position + 1])
      position += 2
      if marker == .endOfImage { return .end(position) }
      guard marker.beginsSegment else { return .broken(searchFrom: unconfirmed) }
      // A cut between the two bytes of a marker lets the next image begin at the second.
      if segment != nil { unconfirmed = start + 1 }
      guard try ensure(position + 2) else { return .broken(searchFrom: unconfirmed) }
      position += Int(self[position]) << 8 | Int(self[position + 1])
      segment = (marker, start + 1)
      guard marker == .startOfScan else { continue }
      segment = nil
      // A scan has a byte at least, and the end marker comes after it.
      if try ensure(position + 3), let cut = otherImage(cutting: start + 1..<position + 1, of: marker) {
        return .broken(searchFrom: cut)
      }
      guard let end = try endOfScan(from: position, limit: limit) else {
        return position > limit || count > limit
          ? .tooLong(searchFrom: unconfirmed) : .broken(searchFrom: unconfirmed)
      }
      position = end
    }
  }

  /// The position of the marker that ends entropy-coded data, or of a PNG that begins inside it, where a cut-off JPEG
  /// stands before it; `nil` at the end of the stream or the limit.
  private func endOfScan(from start: Int, limit: Int) throws(SluiceError) -> Int? {
    var position = start
    while position <= limit, try ensure(position + 2) {
      let found = withHeld { bytes -> Int? in
        let end = min(bytes.count - 1, limit + 1)
        while position < end {
          if Self.endsScan(bytes, at: position) { return position }
          position += 1
        }
        return nil
      }
      if let found { return found }
    }
    return nil
  }

  /// Where another image begins inside a segment that must have been cut off there.
  ///
  /// Application segments hold thumbnails, so in them only a marker chain that runs on to exactly the end of the
  /// segment counts: then the marker behind it belongs to the other image. In EXIF data the chain must have a whole
  /// segment, because real files exist whose EXIF data ends in a stray start marker. No other segment holds pictures.
  private func otherImage(cutting segment: Range<Int>, of marker: JPEGMarker) -> Int? {
    let starts = imageStarts(in: segment)
    guard let first = starts.first else { return nil }
    let isCut =
      !marker.isApplicationData
      || starts.contains { start in
        markerChain(from: start + 2, leadsTo: segment.upperBound, ofWholeSegment: marker == .exifSegment)
      }
    return isCut ? first : nil
  }

  /// How many beginnings of images in one segment are followed: each costs time, and none is worth much of it.
  private static let examinedStarts = 16

  private func imageStarts(in segment: Range<Int>) -> [Int] {
    withHeld { bytes in
      var starts: [Int] = []
      var position = segment.lowerBound
      while position + 1 < segment.upperBound, starts.count < Self.examinedStarts {
        let byte = bytes[position]
        if byte == 0xFF || byte == 0x89, ImageFormat.at(position, in: bytes) != nil { starts.append(position) }
        position += 1
      }
      return starts
    }
  }

  private func markerChain(from start: Int, leadsTo end: Int, ofWholeSegment: Bool) -> Bool {
    var position = start
    while position + 4 <= end, self[position] == 0xFF, !JPEGMarker(rawValue: self[position + 1]).isStandalone {
      position += 2 + (Int(self[position + 2]) << 8 | Int(self[position + 3]))
    }
    return position == end && (position > start || !ofWholeSegment)
  }

  private static func endsScan(_ bytes: Span<UInt8>, at position: Int) -> Bool {
    switch bytes[position] {
    case 0xFF:
      let next = bytes[position + 1]
      return next != 0xFF && !JPEGMarker(rawValue: next).continuesScan
    case 0x89: return ImageFormat.at(position, in: bytes) == .png
    default: return false
    }
  }

  private static let checksumsPerByte = 8

  private func pngBoundary(limit: Int) throws(SluiceError) -> ImageBoundary {
    var position = ImageFormat.png.signature.count
    // The first chunk whose checksum does not hold: damaged, or cut off and followed by another image.
    var unsound: Range<Int>?
    while true {
      let searchStart = unsound?.lowerBound ?? position
      guard position <= limit else { return .tooLong(searchFrom: searchStart) }
      guard try ensure(position + 8), isChunkType(at: position + 4) else { return .broken(searchFrom: searchStart) }
      let length = (0..<4).reduce(0) { $0 << 8 | Int(self[position + $1]) }
      let isEnd = hasEndType(at: position + 4)
      // No more is read for a damaged length than for a sound image.
      guard length <= limit, !isEnd || length == 0, try ensure(position + 12 + length) else {
        return .broken(searchFrom: unsound?.lowerBound ?? position + 8)
      }
      let chunk = position + 8..<position + 12 + length
      if unsound == nil, !checksumHolds(type: position + 4, end: chunk.upperBound, limit: limit) { unsound = chunk }
      position = chunk.upperBound
      if isEnd {
        let other = unsound?.first { imageFormat(at: $0) != nil }
        return other.map { .broken(searchFrom: $0) } ?? .end(position)
      }
    }
  }

  /// Whether the checksum in the last four bytes before `end` is that of the bytes from `type` to there.
  ///
  /// A stream of beginnings that all claim the same megabytes would have them summed again and again. Once much more
  /// has been summed than was consumed, chunks are taken at their word, which moves the stream on.
  private func checksumHolds(type: Int, end: Int, limit: Int) -> Bool {
    guard checksummed <= Self.checksumsPerByte * (consumed + limit) else { return true }
    checksummed += end - type
    return withHeld { bytes in
      let declared = (end - 4..<end).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[$1]) }
      return crc32(bytes.extracting(type..<end - 4)) == declared
    }
  }

  private func isChunkType(at position: Int) -> Bool {
    for index in position..<position + 4 {
      let folded = self[index] | 0x20
      guard folded >= 0x61, folded <= 0x7A else { return false }
    }
    return true
  }

  private func hasEndType(at position: Int) -> Bool {
    self[position] == 0x49 && self[position + 1] == 0x45 && self[position + 2] == 0x4E && self[position + 3] == 0x44
  }
}
