import Pixels

extension PixelImage {
  /// What is left of the image when `other` is taken from it: each difference times `gain` above or below middle gray, cut off
  /// at black and white.
  ///
  /// - Precondition: both have the same size and channels.
  /// - Complexity: O(samples).
  package borrowing func remainder(without other: borrowing PixelImage, gain: Int) -> PixelImage {
    precondition(size == other.size && channels == other.channels)
    var result = PixelImage(size: size, channels: channels)
    let (first, second) = (samples, other.samples)
    var target = result.mutableSamples
    for index in 0..<target.count {
      target[index] = UInt8(max(0, min(255, 128 + (Int(first[index]) - Int(second[index])) * gain)))
    }
    return result
  }
}
