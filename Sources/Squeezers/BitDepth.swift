import Common
import Pixels

/// Reduces every sample to `bits` bits: `rint(x · (2^bits − 1)) / (2^bits − 1)` for x in [0, 1].
///
/// The reduced values lie between those of 8-bit samples. `squeeze` gives the nearest 8-bit image, and
/// `sampleValues` the exact value behind each of its samples, in single precision. No 8-bit sample lies on a rounding
/// tie. Eight bits change nothing. Source: Xu, Evans, Qi 2018, section II-B.
package struct BitDepth: FixedSqueezer {
  package static let bitRange = 1...8

  package static let kind = SqueezerKind(
    .bitDepth, "rint(x · (2^bits − 1)) / (2^bits − 1) for x in [0, 1]", source: "Xu, Evans, Qi 2018",
    parameters: [bitsParameter]
  ) { BitDepth(bits: $0.integer(bitsParameter)) }
  private static let bitsParameter = Parameter.integer("bits", bitRange, "bits kept of each sample")

  package let bits: Int
  package let sampleValues: SampleValues

  /// - Precondition: `bits` lies in `bitRange`.
  package init(bits: Int) {
    precondition(Self.bitRange.contains(bits))
    self.bits = bits
    let highest = Float(1 << bits - 1)
    sampleValues = SampleValues { (Float($0) / 255 * highest).rounded(.toNearestOrEven) / highest }
  }

  package var description: String { "bitDepth \(bits)" }

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    let highest = Float(1 << bits - 1)
    squeezeLevels(image.samples, scale: highest / 255, into: &result)
    return result
  }

  /// Computes what a table of 256 bytes would hold, with vectors instead of a load for each sample. Neither number that
  /// is rounded comes closer than 1/510 to a half, far more than single precision errs.
  private func squeezeLevels(_ source: Span<UInt8>, scale: Float, into result: inout PixelImage) {
    let back = 1 / scale
    var target = result.mutableSamples
    let count = target.count
    precondition(source.count == count)
    for index in 0..<count {
      let level = (Float(source[index]) * scale).nearestLevel
      target[index] = (Float(level) * back).nearestLevel
    }
  }
}
