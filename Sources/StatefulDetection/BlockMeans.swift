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
