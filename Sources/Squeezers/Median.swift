import Common
import Pixels

/// The median of a `window` × `window` neighbourhood, each channel for itself.
///
/// For an even window the neighbourhood reaches one sample further to the top and left, and the value is the upper
/// of the two middle ones. Edges are mirrored with the edge sample repeated. Both are those of SciPy's
/// `median_filter(mode='reflect')`, bit for bit. Source: Xu, Evans, Qi 2018, section II-C.
package struct Median: FixedSqueezer {
  package static let windowRange = 2...7

  package static let kind = SqueezerKind(
    .median, "median of a window × window neighbourhood of each channel, mirrored edges",
    source: "Xu, Evans, Qi 2018", parameters: [windowParameter]
  ) { Median(window: $0.integer(windowParameter)) }
  private static let windowParameter = Parameter.integer("window", windowRange, "side of the neighbourhood")

  package let window: Int

  /// - Precondition: `window` lies in `windowRange`.
  package init(window: Int) {
    precondition(Self.windowRange.contains(window))
    self.window = window
  }

  package var description: String { "median \(window)" }

  /// - Complexity: O(samples) for windows 2 and 3, O(samples · window²) for wider ones.
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    switch window {
    case 2: filter2(bordered(image), into: &result)
    case 3: filter3(image, into: &result)
    default: filterByBits(bordered(image), into: &result)
    }
    return result
  }

  private func bordered(_ image: borrowing PixelImage) -> PixelImage {
    image.reflectingBorder(before: window / 2, after: window - 1 - window / 2)
  }

  private func filter2(_ padded: borrowing PixelImage, into result: inout PixelImage) {
    let depth = padded.channels.rawValue
    for y in 0..<result.size.height {
      let (upper, lower) = (padded.row(y), padded.row(y + 1))
      var target = result.mutableRow(y)
      upperMedian(
        upper.extracting(droppingLast: depth), upper.extracting(droppingFirst: depth),
        lower.extracting(droppingLast: depth), lower.extracting(droppingFirst: depth), into: &target)
    }
  }

  private func filter3(_ image: borrowing PixelImage, into result: inout PixelImage) {
    let (depth, lastRow) = (image.channels.rawValue, image.size.height - 1)
    // Sorting columns and mirroring rows commute, so only sorted rows need a border, and the image is not copied.
    var low = [UInt8](repeating: 0, count: image.rowLength + 2 * depth)
    var middle = low
    var high = low
    var lowSpan = low.mutableSpan
    var middleSpan = middle.mutableSpan
    var highSpan = high.mutableSpan
    for y in 0...lastRow {
      sortColumns(
        image.row(max(y - 1, 0)), image.row(y), image.row(min(y + 1, lastRow)),
        low: &lowSpan, middle: &middleSpan, high: &highSpan, at: depth)
      repeatEdges(&lowSpan, depth: depth)
      repeatEdges(&middleSpan, depth: depth)
      repeatEdges(&highSpan, depth: depth)
      var target = result.mutableRow(y)
      medianOfSortedColumns(
        low: lowSpan.span, middle: middleSpan.span, high: highSpan.span, step: depth, into: &target)
    }
  }

  private func filterByBits(_ padded: borrowing PixelImage, into result: inout PixelImage) {
    let (depth, length) = (padded.channels.rawValue, result.rowLength)
    let rank = UInt8(window * window / 2)
    var threshold = [UInt8](repeating: 0, count: length)
    var below = threshold
    var thresholds = threshold.mutableSpan
    var counts = below.mutableSpan
    for y in 0..<result.size.height {
      var target = result.mutableRow(y)
      for bit in (0..<8).reversed().map({ UInt8(1) << $0 }) {
        propose(bit, over: target.span, into: &thresholds)
        for index in 0..<counts.count { counts[index] = 0 }
        for row in y..<y + window {
          for column in 0..<window {
            let samples = padded.row(row).extracting(column * depth..<column * depth + length)
            countSamples(samples, below: thresholds.span, into: &counts)
          }
        }
        accept(thresholds.span, whereAtMost: rank, counts.span, into: &target)
      }
    }
  }
}
