import Pixels

/// Two rows of an RGB picture, resampled together: pixels above one another have the same weights, and fill a vector of
/// eight.
///
///     upper row   R G B R G B …        pixels   R G B · r g b ·   R G B · r g b ·   …
///     lower row   r g b r g b …
struct RowPair {
  static let rows = 2

  /// The columns of the picture that are held.
  private let columns: Range<Int>
  /// A pixel of the upper row, a byte without meaning, the pixel below it, and another such byte.
  private var pixels: [SIMD8<UInt8>]

  private static let depth = PixelChannels.rgb.rawValue

  /// - Precondition: `columns` is not empty.
  init(columns: Range<Int>) {
    precondition(!columns.isEmpty)
    self.columns = columns
    pixels = [SIMD8<UInt8>](repeating: .zero, count: columns.count)
  }

  /// Takes two rows.
  ///
  /// - Precondition: both hold the samples of the columns.
  /// - Complexity: O(columns).
  mutating func load(upper: Span<UInt8>, lower: Span<UInt8>) {
    precondition(upper.count == columns.count * Self.depth && lower.count == upper.count)
    let last = columns.count - 1
    let (above, below) = unsafe (upper.bytes, lower.bytes)
    var target = pixels.mutableSpan
    for column in 0..<last {
      // Of each pixel but the last, four bytes are within the row.
      let place = column &* Self.depth
      unsafe target[unchecked: column] = SIMD8(
        lowHalf: above.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: SIMD4<UInt8>.self),
        highHalf: below.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: SIMD4<UInt8>.self))
    }
    for channel in 0..<Self.depth {
      target[last][channel] = upper[last * Self.depth + channel]
      target[last][4 + channel] = lower[last * Self.depth + channel]
    }
  }

  /// Resamples both rows: each output sample is the weighted sum of `taps` neighbouring samples of its channel.
  ///
  /// - Parameters:
  ///   - target: the samples of the resulting rows, the lower one after the upper one.
  /// - Precondition: `columns` are those that the coefficients read; `target` has room for every output position.
  /// - Complexity: O(output positions · taps).
  func resample(_ coefficients: ResampleCoefficients, into target: inout MutableSpan<UInt8>) {
    if coefficients.keepsRange {
      resample(coefficients, keepsRange: true, into: &target)
    } else {
      resample(coefficients, keepsRange: false, into: &target)
    }
  }

  @inline(__always)
  private func resample(
    _ coefficients: ResampleCoefficients, keepsRange: Bool, into target: inout MutableSpan<UInt8>
  ) {
    // With a constant number of taps the compiler unrolls the inner loop; reducing by up to 2.5 with the triangle needs 6.
    switch coefficients.taps {
    case 2: resample(coefficients, taps: 2, keepsRange, into: &target)
    case 3: resample(coefficients, taps: 3, keepsRange, into: &target)
    case 4: resample(coefficients, taps: 4, keepsRange, into: &target)
    case 5: resample(coefficients, taps: 5, keepsRange, into: &target)
    case 6: resample(coefficients, taps: 6, keepsRange, into: &target)
    case let taps: resample(coefficients, taps: taps, keepsRange, into: &target)
    }
  }

  @inline(__always)
  private func resample(
    _ coefficients: ResampleCoefficients, taps: Int, _ keepsRange: Bool, into target: inout MutableSpan<UInt8>
  ) {
    let starts = coefficients.starts.span
    let last = starts.count - 1
    let length = starts.count * Self.depth
    precondition(coefficients.sourceRange == columns && coefficients.weights.count == starts.count * taps)
    precondition(target.count == length * Self.rows)
    let (pixels, weights) = (pixels.span, coefficients.weights.span)
    let left = columns.lowerBound
    for x in 0..<last {
      let sums = unsafe Self.sums(pixels, starts[unchecked: x] &- left, weights, x &* taps, taps)
      // The fourth byte belongs to the next pixel, which is written afterwards.
      let place = x &* Self.depth
      let upper = ResampleCoefficients.samples(sums.lowHalf, isLevel: keepsRange)
      let lower = ResampleCoefficients.samples(sums.highHalf, isLevel: keepsRange)
      var bytes = unsafe target.mutableBytes
      unsafe bytes.storeBytes(of: upper, toUncheckedByteOffset: place, as: SIMD4<UInt8>.self)
      unsafe bytes.storeBytes(of: lower, toUncheckedByteOffset: length &+ place, as: SIMD4<UInt8>.self)
    }
    let sums = Self.sums(pixels, starts[last] - left, weights, last * taps, taps)
    for channel in 0..<Self.depth {
      target[last * Self.depth + channel] = ResampleCoefficients.sample(sums[channel])
      target[length + last * Self.depth + channel] = ResampleCoefficients.sample(sums[4 + channel])
    }
  }

  /// The sums of `taps` pixels from `start` on, times the weights from `first` on.
  ///
  /// - Precondition: there are as many of both, as the coefficients promise.
  @inline(__always)
  private static func sums(
    _ pixels: Span<SIMD8<UInt8>>, _ start: Int, _ weights: Span<Int32>, _ first: Int, _ taps: Int
  ) -> SIMD8<Int32> {
    var sums = SIMD8<Int32>(repeating: ResampleCoefficients.half)
    for tap in 0..<taps {
      let pixel = unsafe SIMD8<Int32>(truncatingIfNeeded: pixels[unchecked: start &+ tap])
      sums &+= unsafe pixel &* weights[unchecked: first &+ tap]
    }
    return sums
  }
}
