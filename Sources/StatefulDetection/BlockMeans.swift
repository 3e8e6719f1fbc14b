import Pixels

/// The means of an image's blocks.
enum BlockMeans {
  /// Rounded means, half up, as `Fingerprint` orders them.
  ///
  /// - Complexity: O(samples).
  static func means(of image: borrowing PixelImage) -> [UInt8] {
    let columns = ranges(image.size.width)
    var means: [UInt8] = []
    means.reserveCapacity(Fingerprint.byteCount)
    for rows in ranges(image.size.height) { append(rows, columns, of: image, to: &means) }
    return means
  }

  /// Means of an image mirrored left to right.
  ///
  /// - Parameters:
  ///   - side: blocks in a row; channels are interleaved.
  static func mirrored(_ means: [UInt8], side: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(means.count)
    for row in stride(from: 0, to: means.count, by: side * Fingerprint.channels) {
      for column in (0..<side).reversed() {
        let start = row + column * Fingerprint.channels
        result += means[start..<start + Fingerprint.channels]
      }
    }
    return result
  }

  /// Where blocks begin and end; each has at least one pixel.
  private static func ranges(_ length: Int) -> [Range<Int>] {
    (0..<Fingerprint.side).map { block in
      let start = block * length / Fingerprint.side
      return start..<max(start + 1, (block + 1) * length / Fingerprint.side)
    }
  }

  private static func append(
    _ rows: Range<Int>, _ columns: [Range<Int>], of image: borrowing PixelImage, to means: inout [UInt8]
  ) {
    let sums = columnSums(rows, of: image)
    let depth = image.channels.rawValue
    for block in columns {
      let count = UInt32(rows.count * block.count)
      for channel in 0..<Fingerprint.channels {
        let own = min(channel, depth - 1)
        var sum: UInt32 = 0
        for x in block { sum += sums[x * depth + own] }
        means.append(UInt8((sum + count / 2) / count))
      }
    }
  }

  /// The sum of some rows, sample by sample. A sum of fewer than 2²⁴ rows fits.
  private static func columnSums(_ rows: Range<Int>, of image: borrowing PixelImage) -> [UInt32] {
    var sums = [UInt32](repeating: 0, count: image.rowLength)
    for y in rows {
      let row = image.row(y)
      var target = sums.mutableSpan
      for place in 0..<row.count {
        // Both are as long as a row.
        unsafe target[unchecked: place] &+= UInt32(row[unchecked: place])
      }
    }
    return sums
  }
}
