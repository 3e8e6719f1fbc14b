import Common
import Pixels

extension PixelImage {
  /// The image resampled to `target`, byte for byte as Pillow's `Image.resize(target, filter)`: an antialiased
  /// separable convolution in fixed point, horizontal pass first, with an 8-bit intermediate.
  ///
  /// Antialiasing reads every source pixel, which by itself defuses image-scaling attacks (Quiring et al. 2020).
  /// A side that keeps its length is not filtered. At the edges the kernel is cut off and its weights renormalised.
  ///
  /// - Parameters:
  ///   - region: the part of the result to compute; `nil` for all of it. The bytes are those of the same part of
  ///     the whole result, so a crop after a resize costs only what it keeps.
  ///   - change: made to each row of the source as it is read; a row may be read twice.
  /// - Precondition: `region` lies within `target`.
  /// - Throws: `out-of-memory` where there is none for what lies between the two passes, which is as high as the image.
  /// - Complexity: O(source rows read · region width · kx + region area · ky), where kx and ky are
  ///   2 · support · max(1, scale).
  package borrowing func resized(
    to target: PixelSize, filter: ResampleFilter, region: PixelRegion? = nil,
    changing change: RowChange = { _, _ in }
  ) throws(SluiceError) -> PixelImage {
    let region = region ?? PixelRegion(x: 0, y: 0, size: target)
    precondition(region.lies(within: target), "the region lies within the resized image")
    let columns = region.x..<region.x + region.size.width
    let rows = region.y..<region.y + region.size.height
    let horizontal = ResampleCoefficients(
      ResampleAxis(source: size.width, target: target.width, filter: filter), outputs: columns)
    let vertical = ResampleCoefficients(
      ResampleAxis(source: size.height, target: target.height, filter: filter), outputs: rows)

    switch (size.width == target.width, size.height == target.height) {
    case (true, true): return cropped(to: region, changing: change)
    case (false, true): return try resampledHorizontally(horizontal, rows: rows, change)
    case (true, false):
      let band = PixelRegion(x: region.x, y: 0, size: PixelSize(width: columns.count, height: size.height))
      var kept = try PixelImage(allocating: band.size, channels: channels)
      copyPart(band, to: &kept, change)
      return kept.resampledVertically(vertical, firstRow: 0)
    case (false, false):
      let needed = vertical.sourceRange
      return try resampledHorizontally(horizontal, rows: needed, change)
        .resampledVertically(vertical, firstRow: needed.lowerBound)
    }
  }

  /// As `resized`, for an image that there is memory for.
  ///
  /// - Precondition: `region` lies within `target`, and there is memory for region width · source height.
  package borrowing func trappingResized(
    to target: PixelSize, filter: ResampleFilter, region: PixelRegion? = nil,
    changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    do throws(SluiceError) {
      return try resized(to: target, filter: filter, region: region, changing: change)
    } catch {
      fatalError(error.message)
    }
  }

  /// The part of the image inside `region`.
  ///
  /// - Precondition: `region` lies within the image.
  /// - Complexity: O(region area).
  package borrowing func cropped(
    to region: PixelRegion, changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    precondition(region.lies(within: size), "the region lies within the image")
    var result = PixelImage(size: region.size, channels: channels)
    copyPart(region, to: &result, change)
    return result
  }

  /// Fills an image with the part of this one that is as large.
  private borrowing func copyPart(_ region: PixelRegion, to result: inout PixelImage, _ change: RowChange) {
    let length = result.rowLength
    let left = region.x * channels.rawValue
    for y in 0..<region.size.height {
      let source = row(region.y + y).extracting(left..<left + length)
      var line = result.mutableRow(y)
      line.copy(from: source)
      change(&line, RowPlace(y: region.y + y, left: region.x))
    }
  }

  private borrowing func resampledHorizontally(
    _ coefficients: ResampleCoefficients, rows: Range<Int>, _ change: RowChange
  ) throws(SluiceError) -> PixelImage {
    switch channels {
    case .gray: try grayResampledHorizontally(coefficients, rows: rows, change)
    case .rgb: try rgbResampledHorizontally(coefficients, rows: rows, change)
    }
  }

  private borrowing func grayResampledHorizontally(
    _ coefficients: ResampleCoefficients, rows: Range<Int>, _ change: RowChange
  ) throws(SluiceError) -> PixelImage {
    let size = PixelSize(width: coefficients.starts.count, height: rows.count)
    var result = try PixelImage(allocating: size, channels: channels)
    var source = ChangedRow(columns: coefficients.sourceRange, channels)
    for (line, y) in rows.enumerated() {
      source.load(y, of: self, change)
      var output = result.mutableRow(line)
      resampleGrayRow(source.samples.span, coefficients, into: &output)
    }
    return result
  }

  private borrowing func rgbResampledHorizontally(
    _ coefficients: ResampleCoefficients, rows: Range<Int>, _ change: RowChange
  ) throws(SluiceError) -> PixelImage {
    let size = PixelSize(width: coefficients.starts.count, height: rows.count)
    let paired = PixelSize(width: size.width, height: max(size.height, RowPair.rows))
    var result = try PixelImage(allocating: paired, channels: .rgb)
    var upper = ChangedRow(columns: coefficients.sourceRange, channels)
    var lower = upper
    var pair = RowPair(columns: coefficients.sourceRange)
    for start in stride(from: 0, to: size.height, by: RowPair.rows) {
      // The last pair may overlap the one before: their common row comes out the same twice. A lone row is its own pair.
      let top = max(0, min(start, size.height - RowPair.rows))
      upper.load(rows.lowerBound + top, of: self, change)
      lower.load(rows.lowerBound + min(top + 1, size.height - 1), of: self, change)
      pair.load(upper: upper.samples.span, lower: lower.samples.span)
      var target = result.mutableRows(top..<top + RowPair.rows)
      pair.resample(coefficients, into: &target)
    }
    return size == result.size ? result : result.cropped(to: PixelRegion(x: 0, y: 0, size: size))
  }

  private consuming func resampledVertically(
    _ coefficients: ResampleCoefficients, firstRow: Int
  ) -> PixelImage {
    let (height, taps) = (coefficients.starts.count, coefficients.taps)
    var result = PixelImage(size: PixelSize(width: size.width, height: height), channels: channels)
    let weights = coefficients.weights.span
    for y in 0..<height {
      let first = coefficients.starts[y] - firstRow
      let source = samples.extracting(first * rowLength..<(first + taps) * rowLength)
      var line = result.mutableRow(y)
      resampleColumns(source, weights.extracting(y * taps..<(y + 1) * taps), into: &line)
    }
    return result
  }
}

/// A copy of some columns of a row, with the change made to it.
private struct ChangedRow {
  private let columns: Range<Int>
  private(set) var samples: [UInt8]

  init(columns: Range<Int>, _ channels: PixelChannels) {
    self.columns = columns
    samples = [UInt8](repeating: 0, count: columns.count * channels.rawValue)
  }

  mutating func load(_ y: Int, of image: borrowing PixelImage, _ change: RowChange) {
    let place = RowPlace(y: y, left: columns.lowerBound)
    let start = place.left * image.channels.rawValue
    let part = image.row(y).extracting(start..<start + samples.count)
    var copy = samples.mutableSpan
    copy.copy(from: part)
    change(&copy, place)
  }
}
