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
    var isBehindScan = false
    while true {
      guard position <= limit else { return .tooLong(searchFrom: unconfirmed) }
      let start = position
      guard try ensure(position + 2), self[position] == 0xFF else { return .broken(searchFrom: unconfirmed) }
      while self[position + 1] == 0xFF {
        position += 1
        guard try ensure(position + 2) else { return .broken(searchFrom: unconfirmed) }
        guard position <= limit else { return .tooLong(searchFrom: unconfirmed) }
      }
      let marker = JPEGMarker(rawValue: self[position + 1])
      position += 2
      if marker == .endOfImage { return .end(position) }
      if marker.isStandalone || marker.continuesScan { return .broken(searchFrom: unconfirmed) }
      if !isBehindScan { unconfirmed = start + 2 }
      isBehindScan = marker == .startOfScan
      guard try ensure(position + 2) else { return .broken(searchFrom: unconfirmed) }
      position += Int(self[position]) << 8 | Int(self[position + 1])
      guard marker == .startOfScan else { continue }
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

  private static func endsScan(_ bytes: Span<UInt8>, at position: Int) -> Bool {
    switch bytes[position] {
    case 0xFF:
      let next = bytes[position + 1]
      return next != 0xFF && !JPEGMarker(rawValue: next).continuesScan
    case 0x89: return ImageFormat.at(position, in: bytes) == .png
    default: return false
    }
  }

  private func pngBoundary(limit: Int) throws(SluiceError) -> ImageBoundary {
    var position = ImageFormat.png.signature.count
    var unconfirmed = position
    while true {
      guard position <= limit else { return .tooLong(searchFrom: unconfirmed) }
      guard try ensure(position + 8), isChunkType(at: position + 4) else {
        return .broken(searchFrom: unconfirmed)
      }
      let length = (0..<4).reduce(0) { $0 << 8 | Int(self[position + $1]) }
      let isEnd = hasEndType(at: position + 4)
      unconfirmed = position + 8
      guard length <= limit else { return .tooLong(searchFrom: unconfirmed) }
      position += 12 + length
      guard try ensure(position) else { return .broken(searchFrom: unconfirmed) }
      if isEnd { return .end(position) }
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
