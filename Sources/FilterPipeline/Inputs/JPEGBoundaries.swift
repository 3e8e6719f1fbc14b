import Common
import ImageCodecs

/// Finds where the JPEG at the head of a stream ends, by its markers.
struct JPEGBoundaries {
  private let buffer: StreamBuffer
  private let limit: Int
  private let partHeaders: PartHeaders
  private var knownFill = KnownWays()

  init(in buffer: StreamBuffer, limit: Int) {
    self.buffer = buffer
    self.limit = limit
    partHeaders = PartHeaders(in: buffer)
  }

  mutating func next() throws(SluiceError) -> ImageBoundary {
    var walk = MarkerWalk()
    while true {
      if let boundary = try pass(&walk) { return boundary }
    }
  }

  /// Passes the next marker, and the segment or the scan that it begins.
  ///
  /// - Returns: where the image ends; `nil` where it goes on.
  private mutating func pass(_ walk: inout MarkerWalk) throws(SluiceError) -> ImageBoundary? {
    guard walk.position <= limit else { return walk.tooLong }
    guard let start = try nextMarker(from: walk.position) else { return walk.broken }
    let last = try endOfFill(from: start)
    guard try buffer.ensure(last + 2) else { return walk.broken }
    guard last <= limit else { return walk.tooLong }
    if let cut = try otherImage(in: walk, before: start) { return .broken(searchFrom: cut) }
    let marker = JPEGMarker(rawValue: buffer[last + 1])
    walk.position = last + 2
    if marker == .endOfImage { return .end(walk.position) }
    guard marker.beginsSegment else { return walk.broken }
    // A cut between the two bytes of a marker lets the next image begin at the second.
    if walk.segment != nil { walk.unconfirmed = start + 1 }
    guard try buffer.ensure(walk.position + 2) else { return walk.broken }
    walk.position += segmentLength(at: walk.position)
    walk.segment = (marker, start + 1)
    return try marker == .startOfScan ? passScan(&walk, from: start + 1) : nil
  }

  /// Passes entropy-coded data.
  ///
  /// - Parameters:
  ///   - start: of the segment before it.
  private func passScan(_ walk: inout MarkerWalk, from start: Int) throws(SluiceError) -> ImageBoundary? {
    walk.segment = nil
    // A scan has a byte at least, and the end marker comes after it.
    if try buffer.ensure(walk.position + 3),
      let cut = otherImage(cutting: start..<walk.position + 1, of: .startOfScan)
    {
      return .broken(searchFrom: cut)
    }
    guard let end = try endOfScan(from: walk.position) else {
      return walk.position > limit || buffer.count > limit ? walk.tooLong : walk.broken
    }
    walk.position = end
    return nil
  }

  /// Where another image begins in the segment that ends at a marker, or in the padding before that.
  private func otherImage(in walk: MarkerWalk, before marker: Int) throws(SluiceError) -> Int? {
    guard let segment = walk.segment else { return nil }
    let range = segment.start..<marker
    return try marker == walk.position
      ? otherImage(cutting: range, of: segment.marker) : unfinishedImage(in: range, of: segment.marker)
  }

  /// Where the marker behind a segment stands: in its place, or a little further, because decoders pass over bytes that
  /// are no marker. `nil` where none comes soon, or another image does first.
  private mutating func nextMarker(from start: Int) throws(SluiceError) -> Int? {
    var position = start
    while position <= start + Self.longestPadding, try buffer.ensure(position + 2) {
      if buffer[position] == 0xFF {
        let last = position == start ? position : try endOfFill(from: position)
        guard try buffer.ensure(last + 2) else { return nil }
        let marker = JPEGMarker(rawValue: buffer[last + 1])
        if !marker.continuesScan, !marker.isPassedOver {
          return position == start || marker.beginsSegment || marker == .endOfImage ? position : nil
        }
        position = last
      } else if buffer[position] == 0x89 {
        _ = try buffer.ensure(position + ImageFormat.png.signature.count)
        if buffer.imageFormat(at: position) == .png { return nil }
      }
      guard buffer.spend(Self.costOfPadding, limit: limit) else { return nil }
      position += 1
    }
    return nil
  }

  /// Some cameras put two bytes there, others fill up to a sector or a page.
  private static let longestPadding = 4096
  /// What passing over a byte of padding costs, in bytes that are summed.
  private static let costOfPadding = 4

  private func segmentLength(at position: Int) -> Int { Int(buffer[position]) << 8 | Int(buffer[position + 1]) }

  /// The last of the fill bytes from `start` on, which may stand before any marker; never far beyond the limit.
  ///
  /// The segment before them is confirmed only by the marker behind them. So all images that begin in that segment may
  /// come here, and from the second on they leap.
  private mutating func endOfFill(from start: Int) throws(SluiceError) -> Int {
    let head = buffer.consumed
    var position = start
    var passed: [Int] = []
    while position <= limit, try buffer.ensure(position + 2), buffer[position + 1] == 0xFF {
      let place = head + position
      if place.isMultiple(of: Self.fillPlaceDistance) { passed.append(place) }
      position = (knownFill.lead(from: place) ?? place + 1) - head
    }
    knownFill.add(passed, leadingTo: head + position, consumed: head)
    return position
  }

  /// Places at multiples of this are noted, so that a walk that begins anywhere meets one soon.
  private static let fillPlaceDistance = 64

  /// The position of the marker that ends entropy-coded data, or of a PNG that begins inside it, where a cut-off JPEG
  /// stands before it; `nil` at the end of the stream or the limit.
  private func endOfScan(from start: Int) throws(SluiceError) -> Int? {
    var position = start
    while position <= limit, try buffer.ensure(position + 2) {
      let end = min(buffer.count - 1, limit + 1)
      if let found = buffer.firstPosition(in: position..<end, where: Self.endsScan) { return found }
      position = end
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

  /// Where another image begins inside a segment that must have been cut off there.
  ///
  /// Application segments hold thumbnails, and comments hold anything. So in them only a marker chain counts that runs
  /// on to exactly the end of the segment: then the marker behind it belongs to the other image. A start marker as the
  /// last two bytes is such a chain in a comment, and in a JFIF header, which has other fields there. Other application
  /// segments end in one in real files; EXIF data does so behind a thumbnail as well. No other segment holds pictures.
  private func otherImage(cutting segment: Range<Int>, of marker: JPEGMarker) -> Int? {
    let starts = imageStarts(in: segment, most: marker.mayHoldAnything ? Self.examinedStarts : 1)
    guard let first = starts.first else { return nil }
    let mayEndInStart =
      marker == .exifSegment || marker.isApplicationData && starts.count == 1 && !isPlainJFIF(segment)
    let isCut =
      !marker.mayHoldAnything
      || starts.contains { start in
        markerChain(from: start + 2, leadsTo: segment.upperBound, ofWholeSegment: mayEndInStart)
      }
    return isCut ? first : nil
  }

  /// Where an image begins in a segment, or in the padding behind it, and does not end there; or where the first of the
  /// whole images begins that lead up to it, with nothing between them but padding and headers of a multipart stream.
  ///
  /// A marker behind padding stands in no certain place. It may be one of another image, which then begins in the segment.
  /// A thumbnail ends in it, and the rest of its own file parts it from the next image. A second whole image is no thumbnail,
  /// so from there on anything may stand between the images.
  private func unfinishedImage(in segment: Range<Int>, of marker: JPEGMarker) throws(SluiceError) -> Int? {
    var rest = segment
    var run: Int?
    var wholeImages = 0
    while let start = buffer.firstPosition(in: rest, where: Self.beginsImage) {
      var isInRun = wholeImages > 1
      if wholeImages == 1 { isInRun = try partHeaders.cover(rest.lowerBound..<start) }
      let first = isInRun ? run ?? start : start
      run = first
      rest = start..<segment.upperBound
      guard marker.mayHoldAnything, buffer.spend(Self.costOfByte * rest.count, limit: limit),
        let end = buffer.endOfImage(in: rest)
      else { return first }
      wholeImages += 1
      rest = end..<segment.upperBound
    }
    return nil
  }

  /// What looking for the end of an image costs for each byte, in bytes that are summed.
  private static let costOfByte = 2

  /// Whether a segment, from its marker on, is a JFIF header without a thumbnail.
  private func isPlainJFIF(_ segment: Range<Int>) -> Bool {
    let length = Self.plainJFIF.count + 9
    guard segment.count == 1 + length else { return false }
    return Self.plainJFIF.indices.allSatisfy { buffer[segment.lowerBound + 1 + $0] == Self.plainJFIF[$0] }
  }

  /// The length of the segment, and what it is called.
  private static let plainJFIF: [UInt8] = [0, 16] + Array("JFIF\0".utf8)

  /// How many beginnings of images in one segment are followed: each costs time, and none is worth much of it.
  private static let examinedStarts = 16

  private func imageStarts(in segment: Range<Int>, most: Int) -> [Int] {
    var starts: [Int] = []
    var rest = segment.dropLast()
    while starts.count < most, let start = buffer.firstPosition(in: rest, where: Self.beginsImage) {
      starts.append(start)
      rest = start + 1..<rest.upperBound
    }
    return starts
  }

  private static func beginsImage(_ bytes: Span<UInt8>, at position: Int) -> Bool {
    let byte = bytes[position]
    return (byte == 0xFF || byte == 0x89) && ImageFormat.at(position, in: bytes) != nil
  }

  /// Whether the segments from `start` on end where `end` is.
  ///
  /// Chains of the shortest segments that overlap by the thousand are followed as long as the stream's allowance
  /// lasts. After that nothing counts as cut off: what stands in the segment stays in it, which moves the stream on.
  private func markerChain(from start: Int, leadsTo end: Int, ofWholeSegment: Bool) -> Bool {
    var position = start
    while position + 4 <= end, buffer[position] == 0xFF, !JPEGMarker(rawValue: buffer[position + 1]).isStandalone {
      guard buffer.spend(Self.costOfLink, limit: limit) else { return false }
      position += 2 + segmentLength(at: position + 2)
    }
    return position == end && (position > start || !ofWholeSegment)
  }

  /// What following one link of a chain costs, in bytes that are summed.
  private static let costOfLink = 16
}

/// A walk along the markers of an image.
private struct MarkerWalk {
  var position = 2
  /// A length that was damaged, or cut off, leads astray; only a marker behind the segment vouches for it. The marker behind a scan
  /// vouches for nothing, because it was searched for.
  var unconfirmed = 2
  /// The segment that ends where the walk stands; `nil` behind a scan.
  var segment: (marker: JPEGMarker, start: Int)?

  var broken: ImageBoundary { .broken(searchFrom: unconfirmed) }
  var tooLong: ImageBoundary { .tooLong(searchFrom: unconfirmed) }
}

extension JPEGMarker {
  /// Whether the segment is for others than decoders of images.
  fileprivate var mayHoldAnything: Bool { isApplicationData || self == .comment }
}
