/// A fingerprint as it is compared: smoothed, and with its contrast and most of its brightness taken out.
///
/// A caller may shift, crop, brighten or stretch what he asks about, which an answer hardly depends on. So fingerprints
/// are halved to 8×8 by a filter of 1 3 3 1, which forgives shifts of a few pixels; each channel's mean counts by a
/// quarter; and what is left is scaled to a standard deviation of 48 levels. What has little contrast is stretched no
/// more than twofold: pictures of fog are not to become alike.
package struct NormalizedFingerprint: Sendable, Hashable {
  package static let side = 8
  /// Bytes of one.
  package static let byteCount = side * side * Fingerprint.channels

  /// Levels around 128, row after row, channels interleaved; always `byteCount` of them.
  package let bytes: [UInt8]

  private static let deviation: Float = 48
  private static let leastDeviation: Float = 24
  private static let meanWeight: Float = 0.25
  private static let middle: Float = 128

  /// - Complexity: O(bytes).
  package init(_ fingerprint: Fingerprint) {
    let levels = Halving.halved(fingerprint)
    let depth = Fingerprint.channels
    var means = [Float](repeating: 0, count: depth)
    for (place, level) in levels.enumerated() { means[place % depth] += level }
    let blocks = Float(Self.side * Self.side)
    for channel in 0..<depth { means[channel] /= blocks }
    var squares: Float = 0
    for (place, level) in levels.enumerated() {
      let difference = level - means[place % depth]
      squares += difference * difference
    }
    let deviation = (squares / Float(Self.byteCount)).squareRoot()
    let scale = Self.deviation / max(deviation, Self.leastDeviation)
    bytes = levels.enumerated().map { place, level in
      let mean = means[place % depth]
      let value = Self.middle + (level - mean) * scale + (mean - Self.middle) * Self.meanWeight
      return UInt8(min(max(value.rounded(), 0), 255))
    }
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// That of the picture mirrored left to right, exactly: nothing that is done to a fingerprint tells left from right.
  package var mirrored: NormalizedFingerprint {
    NormalizedFingerprint(unchecked: BlockMeans.mirrored(bytes, side: Self.side))
  }

  /// The largest sum of squared differences that there is.
  package static let greatestSquaredDistance = 255 * 255 * byteCount

  /// The sum of squared differences, or of as many quarters as take it beyond a limit.
  ///
  /// - Complexity: O(bytes); of another picture, most often one or two quarters.
  package func squaredDistance(
    to other: NormalizedFingerprint, beyond limit: Int = greatestSquaredDistance
  ) -> Int {
    Self.squaredDistance(bytes.span, other.bytes.span, beyond: limit)
  }

  /// - Precondition: both have `byteCount` bytes.
  static func squaredDistance(_ first: Span<UInt8>, _ second: Span<UInt8>, beyond limit: Int) -> Int {
    precondition(first.count == byteCount && second.count == byteCount)
    let part = byteCount / 4
    var sum = 0
    for start in stride(from: 0, to: byteCount, by: part) {
      var partSum: Int32 = 0
      for place in start..<start + part {
        let difference = unsafe Int32(first[unchecked: place]) &- Int32(second[unchecked: place])
        partSum &+= difference &* difference
      }
      sum += Int(partSum)
      if sum > limit { break }
    }
    return sum
  }

  static func distance(ofSquares sum: Int) -> Double { (Double(sum) / Double(byteCount)).squareRoot() }
}

/// Halves a fingerprint in both directions.
private enum Halving {
  /// 8×8 levels, row after row, channels interleaved. Beyond the edge the picture goes on as at its edge.
  static func halved(_ fingerprint: Fingerprint) -> [Float] {
    let (side, depth) = (Fingerprint.side, Fingerprint.channels)
    // Columns first, then rows; the weights of each sum to 8.
    var narrow: [Float] = []
    narrow.reserveCapacity(side * side / 2 * depth)
    for row in 0..<side {
      for column in stride(from: 0, to: side, by: 2) {
        for channel in 0..<depth {
          narrow.append(
            weighed(column) { Float(fingerprint.bytes[(row * side + $0) * depth + channel]) })
        }
      }
    }
    let rowLength = side / 2 * depth
    var result: [Float] = []
    result.reserveCapacity(NormalizedFingerprint.byteCount)
    for row in stride(from: 0, to: side, by: 2) {
      for place in 0..<rowLength { result.append(weighed(row) { narrow[$0 * rowLength + place] } / 64) }
    }
    return result
  }

  @inline(__always)
  private static func weighed(_ first: Int, _ value: (Int) -> Float) -> Float {
    value(max(first - 1, 0)) + 3 * value(first) + 3 * value(first + 1)
      + value(min(first + 2, Fingerprint.side - 1))
  }
}
