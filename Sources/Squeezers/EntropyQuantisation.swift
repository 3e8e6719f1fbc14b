import Glibc
import Pixels

/// Quantisation as coarse as the image's entropy allows, with cross-mean smoothing of detailed images (Liang et al.:
/// Detecting Adversarial Image Examples in Deep Neural Networks with Adaptive Noise Reduction, TDSC 2021).
///
/// The mean over the channels of their Shannon entropy decides: below 4 bits every sample is cut down to a multiple of
/// 128, below 5 bits of 64, otherwise of 43; in the last case each pixel then takes, of the quantised value and the
/// mean of the 13 quantised values on the cross of reach 3, the one nearer to the original. Within three pixels of an
/// edge, where the cross does not fit, values stay as quantised, as in the authors' program.
package struct EntropyQuantisation: FixedSqueezer {
  package static let kind = SqueezerKind(
    .entropyQuantisation, "quantised by entropy, detailed images smoothed by a cross mean",
    source: "Liang et al. 2021 (TDSC)"
  ) { _ in EntropyQuantisation() }

  private static let reach = 3

  package init() {}

  package let description = "entropyQuantisation"

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    let entropy = image.meanEntropy()
    let step: UInt8 = entropy < 4 ? 128 : entropy < 5 ? 64 : 43
    let quantised = Self.quantised(image, step: step)
    return step == 43 ? Self.smoothed(quantised, original: image) : quantised
  }

  private static func quantised(_ image: borrowing PixelImage, step: UInt8) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    let source = image.samples
    var target = result.mutableSamples
    for index in 0..<source.count { target[index] = source[index] / step * step }
    return result
  }

  private static func smoothed(
    _ quantised: borrowing PixelImage, original: borrowing PixelImage
  ) -> PixelImage {
    let (size, depth) = (quantised.size, quantised.channels.rawValue)
    var result = quantised.clone()
    guard size.width > 2 * reach, size.height > 2 * reach else { return result }
    var sums = [UInt16](repeating: 0, count: (size.width - 2 * reach) * depth)
    let inner = sums.count
    let left = reach * depth
    for y in reach..<size.height - reach {
      var sum = sums.mutableSpan
      for index in 0..<inner { sum[index] = 0 }
      for row in y - reach...y + reach { add(quantised.row(row).extracting(left..<left + inner), to: &sum) }
      for offset in -reach...reach where offset != 0 {
        let start = left + offset * depth
        add(quantised.row(y).extracting(start..<start + inner), to: &sum)
      }
      var target = result.mutableRow(y)
      let source = original.row(y)
      for index in 0..<inner {
        target[left + index] = nearer(to: source[left + index], target[left + index], UInt8(sum[index] / 13))
      }
    }
    return result
  }

  private static func add(_ row: Span<UInt8>, to sums: inout MutableSpan<UInt16>) {
    let count = sums.count
    precondition(row.count == count)
    for index in 0..<count { sums[index] &+= UInt16(row[index]) }
  }

  private static func nearer(to original: UInt8, _ quantised: UInt8, _ mean: UInt8) -> UInt8 {
    let (first, second) = (abs(Int(original) - Int(quantised)), abs(Int(original) - Int(mean)))
    return first < second ? quantised : mean
  }
}

extension PixelImage {
  /// Shannon entropy in bits of the 256-level histogram of each channel, averaged over the channels; 0…8.
  ///
  /// - Complexity: O(samples).
  fileprivate borrowing func meanEntropy() -> Double {
    let depth = channels.rawValue
    var counts = [Int](repeating: 0, count: 256 * depth)
    let samples = samples
    for index in 0..<samples.count { counts[index % depth * 256 + Int(samples[index])] += 1 }
    let total = Double(size.area)
    return counts.reduce(0.0) { entropy, count in
      guard count > 0 else { return entropy }
      let share = Double(count) / total
      return entropy - share * log2(share)
    } / Double(depth)
  }

}
