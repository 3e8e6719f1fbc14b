import Pixels

extension PixelImage {
  /// The absolute difference to `other`, each sample times `gain` and cut off at white.
  ///
  /// - Precondition: both have the same size and channels.
  /// - Complexity: O(samples).
  package borrowing func difference(to other: borrowing PixelImage, gain: Int) -> PixelImage {
    drawn(against: other) { abs($0) * gain }
  }

  /// What is left of the image when `other` is taken from it: each difference times `gain` above or below middle gray, cut off
  /// at black and white.
  ///
  /// - Precondition: both have the same size and channels.
  /// - Complexity: O(samples).
  package borrowing func remainder(without other: borrowing PixelImage, gain: Int) -> PixelImage {
    drawn(against: other) { 128 + $0 * gain }
  }

  /// A picture of what the image has more or less than `other`, sample by sample.
  ///
  /// - Parameters:
  ///   - level: what to draw for a difference from −255 to 255; cut off at black and white.
  private borrowing func drawn(against other: borrowing PixelImage, _ level: (Int) -> Int) -> PixelImage {
    precondition(size == other.size && channels == other.channels)
    var result = PixelImage(size: size, channels: channels)
    let (first, second) = (samples, other.samples)
    var target = result.mutableSamples
    for index in 0..<target.count {
      target[index] = UInt8(clamping: level(Int(first[index]) - Int(second[index])))
    }
    return result
  }

  /// The largest power of two up to 32 that keeps all but a thousandth of the differences to `other` below white.
  ///
  /// - Complexity: O(samples).
  package borrowing func readableGain(against other: borrowing PixelImage) -> Int {
    precondition(size == other.size && channels == other.channels)
    var counts = [Int](repeating: 0, count: 256)
    let (first, second) = (samples, other.samples)
    for index in 0..<first.count { counts[abs(Int(first[index]) - Int(second[index]))] += 1 }
    var above = 0
    var highest = 255
    while highest > 0, above + counts[highest] <= first.count / 1000 {
      above += counts[highest]
      highest -= 1
    }
    return [32, 16, 8, 4, 2].first { $0 * highest <= 255 } ?? 1
  }
}
