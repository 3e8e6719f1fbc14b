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
  ///   - change: made to each row of the source as it is read.
  /// - Precondition: `region` lies within `target`.
  /// - Complexity: O(source rows read · region width · kx + region area · ky), where kx and ky are
  ///   2 · support · max(1, scale).
  package borrowing func resized(
    to target: PixelSize, filter: ResampleFilter, region: PixelRegion? = nil,
    changing change: RowChange = { _, _ in }
  ) -> PixelImage {
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
    case (false, true): return resampledHorizontally(horizontal, rows: rows, change)
    case (true, false):
      let band = PixelRegion(x: region.x, y: 0, size: PixelSize(width: columns.count, height: size.height))
      return cropped(to: band, changing: change).resampledVertically(vertical, firstRow: 0)
    case (false, false):
      let needed = vertical.sourceRange
      return resampledHorizontally(horizontal, rows: needed, change)
        .resampledVertically(vertical, firstRow: needed.lowerBound)
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
    let length = result.rowLength
    let left = region.x * channels.rawValue
    for y in 0..<region.size.height {
      let source = row(region.y + y).extracting(left..<left + length)
      var line = result.mutableRow(y)
      line.copy(from: source)
      change(&line, RowPlace(y: region.y + y, left: region.x))
    }
    return result
  }

  private borrowing func resampledHorizontally(
    _ coefficients: ResampleCoefficients, rows: Range<Int>, _ change: RowChange
  ) -> PixelImage {
    let width = coefficients.starts.count
    var result = PixelImage(size: PixelSize(width: width, height: rows.count), channels: channels)
    // A byte behind the last pixel, so that every RGB pixel can be read as four bytes.
    var padded = [UInt8](repeating: 0, count: rowLength + 1)
    for (line, y) in rows.enumerated() {
      var source = padded.mutableSpan
      source.copy(from: row(y))
      var whole = source._mutatingExtracting(0..<rowLength)
      change(&whole, RowPlace(y: y, left: 0))
      var output = result.mutableRow(line)
      resampleRow(source.span, coefficients, channels, into: &output)
    }
    return result
  }

  private consuming func resampledVertically(
    _ coefficients: ResampleCoefficients, firstRow: Int
  ) -> PixelImage {
    let height = coefficients.starts.count
    var result = PixelImage(size: PixelSize(width: size.width, height: height), channels: channels)
    var sums = [Int32](repeating: 0, count: rowLength)
    for y in 0..<height {
      var sum = sums.mutableSpan
      for index in 0..<sum.count { sum[index] = ResampleCoefficients.half }
      let first = coefficients.starts[y] - firstRow
      for tap in 0..<coefficients.taps {
        let weight = coefficients.weights[y * coefficients.taps + tap]
        // A weight that only fills up may belong to a row that is not there.
        if weight != 0 { accumulate(row(first + tap), times: weight, into: &sum) }
      }
      var line = result.mutableRow(y)
      roundAndClip(sum.span, into: &line)
    }
    return result
  }
}

private func accumulate(_ source: Span<UInt8>, times weight: Int32, into sums: inout MutableSpan<Int32>) {
  let count = sums.count
  precondition(source.count == count)
  for index in 0..<count { sums[index] &+= Int32(source[index]) &* weight }
}

private func roundAndClip(_ sums: Span<Int32>, into target: inout MutableSpan<UInt8>) {
  let count = target.count
  precondition(sums.count == count)
  for index in 0..<count { target[index] = ResampleCoefficients.sample(sums[index]) }
}
