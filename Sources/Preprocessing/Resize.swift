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
  /// - Precondition: `region` lies within `target`.
  /// - Complexity: O(source rows read · region width · kx + region area · ky), where kx and ky are
  ///   2 · support · max(1, scale).
  package borrowing func resized(
    to target: PixelSize, filter: ResampleFilter, region: PixelRegion? = nil
  ) -> PixelImage {
    let region = region ?? PixelRegion(x: 0, y: 0, size: target)
    precondition(region.lies(within: target), "the region lies within the resized image")
    let columns = region.x..<region.x + region.size.width
    let rows = region.y..<region.y + region.size.height
    let horizontal = ResampleCoefficients(
      source: size.width, target: target.width, outputs: columns, filter: filter)
    let vertical = ResampleCoefficients(
      source: size.height, target: target.height, outputs: rows, filter: filter)

    switch (size.width == target.width, size.height == target.height) {
    case (true, true): return cropped(to: region)
    case (false, true): return resampledHorizontally(horizontal, rows: rows)
    case (true, false):
      let band = PixelRegion(x: region.x, y: 0, size: PixelSize(width: columns.count, height: size.height))
      return cropped(to: band).resampledVertically(vertical, firstRow: 0)
    case (false, false):
      let needed = vertical.sourceRange
      return resampledHorizontally(horizontal, rows: needed)
        .resampledVertically(vertical, firstRow: needed.lowerBound)
    }
  }

  /// The part of the image inside `region`.
  ///
  /// - Precondition: `region` lies within the image.
  /// - Complexity: O(region area).
  package borrowing func cropped(to region: PixelRegion) -> PixelImage {
    precondition(region.lies(within: size), "the region lies within the image")
    var result = PixelImage(size: region.size, channels: channels)
    let length = result.rowLength
    let left = region.x * channels.rawValue
    for y in 0..<region.size.height {
      let source = row(region.y + y).extracting(left..<left + length)
      var line = result.mutableRow(y)
      line.copy(from: source)
    }
    return result
  }

  private borrowing func resampledHorizontally(
    _ coefficients: ResampleCoefficients, rows: Range<Int>
  ) -> PixelImage {
    let width = coefficients.starts.count
    var result = PixelImage(size: PixelSize(width: width, height: rows.count), channels: channels)
    var pixels = [SIMD4<Int32>](repeating: .zero, count: channels == .rgb ? size.width : 0)
    for (line, y) in rows.enumerated() {
      var output = result.mutableRow(line)
      switch channels {
      case .gray: resampleGrayRow(row(y), coefficients, into: &output)
      case .rgb:
        var lanes = pixels.mutableSpan
        widenRGBRow(row(y), into: &lanes)
        resampleRGBRow(lanes.span, coefficients, into: &output)
      }
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
      for tap in 0..<coefficients.counts[y] {
        accumulate(row(first + tap), times: coefficients.weights[y * coefficients.stride + tap], into: &sum)
      }
      var line = result.mutableRow(y)
      roundAndClip(sum.span, into: &line)
    }
    return result
  }
}

private func resampleGrayRow(
  _ source: Span<UInt8>, _ coefficients: ResampleCoefficients, into target: inout MutableSpan<UInt8>
) {
  let weights = coefficients.weights.span
  for x in 0..<target.count {
    let start = coefficients.starts[x]
    var sum = ResampleCoefficients.half
    for tap in 0..<coefficients.counts[x] {
      sum &+= Int32(source[start + tap]) &* weights[x * coefficients.stride + tap]
    }
    target[x] = ResampleCoefficients.sample(sum)
  }
}

/// Puts the three samples of each pixel into the lanes of one vector, so that a tap weighs them all at once.
private func widenRGBRow(_ source: Span<UInt8>, into pixels: inout MutableSpan<SIMD4<Int32>>) {
  let count = pixels.count
  precondition(source.count == 3 * count)
  for x in 0..<count {
    // Within the source, whose length the precondition gives.
    let (red, green, blue) = unsafe (
      source[unchecked: 3 &* x], source[unchecked: 3 &* x &+ 1], source[unchecked: 3 &* x &+ 2]
    )
    pixels[x] = SIMD4(Int32(red), Int32(green), Int32(blue), 0)
  }
}

private func resampleRGBRow(
  _ pixels: Span<SIMD4<Int32>>, _ coefficients: ResampleCoefficients, into target: inout MutableSpan<UInt8>
) {
  let weights = coefficients.weights.span
  let starts = coefficients.starts.span
  let counts = coefficients.counts.span
  precondition(coefficients.sourceRange.upperBound <= pixels.count)
  precondition(counts.count == starts.count && target.count == 3 * starts.count)
  precondition(weights.count == starts.count * coefficients.stride)
  for x in 0..<starts.count {
    var sum = SIMD4<Int32>(repeating: ResampleCoefficients.half)
    var pixel = starts[x]
    var weight = x &* coefficients.stride
    for _ in 0..<counts[x] {
      // A position's taps lie within the source range and its own weights, as the preconditions say.
      sum &+= unsafe pixels[unchecked: pixel] &* weights[unchecked: weight]
      pixel &+= 1
      weight &+= 1
    }
    unsafe target[unchecked: 3 &* x] = ResampleCoefficients.sample(sum[0])
    unsafe target[unchecked: 3 &* x &+ 1] = ResampleCoefficients.sample(sum[1])
    unsafe target[unchecked: 3 &* x &+ 2] = ResampleCoefficients.sample(sum[2])
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
