import Pixels

/// Reduces every sample to `bits` bits: `rint(x · (2^bits − 1)) / (2^bits − 1)` for x in [0, 1].
///
/// The reduced values lie between those of 8-bit samples. `squeeze` gives the nearest 8-bit image, and
/// `sampleValues` the exact value behind each of its samples, in single precision. No 8-bit sample lies on a rounding
/// tie. Eight bits change nothing. Source: Xu, Evans, Qi 2018, section II-B.
package struct BitDepth: FixedSqueezer {
  package static let bitRange = 1...8

  package static let kind = SqueezerKind(
    "bitDepth", "rint(x · (2^bits − 1)) / (2^bits − 1) for x in [0, 1]", source: "Xu, Evans, Qi 2018",
    parameters: [bitsParameter]
  ) { BitDepth(bits: $0.integer(bitsParameter)) }
  private static let bitsParameter = Parameter.integer("bits", bitRange, "bits kept of each sample")

  package let bits: Int
  package let sampleValues: SampleValues
  private let nearest: [UInt8]

  /// - Precondition: `bits` lies in `bitRange`.
  package init(bits: Int) {
    precondition(Self.bitRange.contains(bits))
    self.bits = bits
    let highest = Float(1 << bits - 1)
    let values = SampleValues { (Float($0) / 255 * highest).rounded(.toNearestOrEven) / highest }
    sampleValues = values
    nearest = (0..<256).map { UInt8((values[$0] * 255).rounded()) }
  }

  package var description: String { "bitDepth \(bits)" }

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    let source = image.samples
    var target = result.mutableSamples
    for index in 0..<source.count { target[index] = nearest[Int(source[index])] }
    return result
  }
}
