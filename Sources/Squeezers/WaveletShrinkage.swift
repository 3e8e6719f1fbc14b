import Common
import Pixels

/// Soft thresholding of wavelet coefficients (Donoho and Johnstone 1994), in the undecimated Haar transform, which
/// treats every position alike (Coifman and Donoho 1995); each channel for itself. At the right and lower edges a
/// sample without a partner is its own. Sums and differences are half ones (`HaarPair`), and only the part that is smooth
/// along rows and columns goes to the next level. Results are the nearest levels, halves away from zero.
///
/// Coefficients of the finest level are brought towards zero by `strength` gray levels, those of each further level by
/// half as much as those before, as noise that is independent from pixel to pixel halves from level to level.
package struct WaveletShrinkage: FixedSqueezer {
  package static let strengthRange = 0.5...64.0
  package static let levelRange = 1...4

  package static let kind = SqueezerKind(
    .wavelet, "soft-thresholded undecimated Haar wavelet coefficients",
    source: "Donoho, Johnstone 1994; Coifman, Donoho 1995", parameters: [strengthParameter, levelsParameter]
  ) { WaveletShrinkage(strength: $0.number(strengthParameter), levels: $0.integer(levelsParameter)) }
  private static let strengthParameter = Parameter.number(
    "strength", strengthRange, default: 4, "threshold of the finest level, in gray levels")
  private static let levelsParameter = Parameter.integer("levels", levelRange, default: 2, "levels of detail")

  package let strength: Double
  package let levels: Int

  /// - Precondition: both lie in their ranges.
  package init(strength: Double, levels: Int) {
    precondition(Self.strengthRange.contains(strength) && Self.levelRange.contains(levels))
    self.strength = strength
    self.levels = levels
  }

  package var description: String { "wavelet \(strength)-\(levels)" }

  /// - Complexity: O(samples · levels); memory 28 · levels + 24 bytes a pixel.
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    for channel in 0..<image.channels.rawValue {
      result.setChannel(channel, from: shrunk(FloatPlane(image, channel: channel), level: 0))
    }
    return result
  }

  /// The plane put together again from its shrunk coarse part and its thresholded details.
  private func shrunk(_ plane: consuming FloatPlane, level: Int) -> FloatPlane {
    guard level < levels else { return plane }
    let distance = 1 << level
    let threshold = Float(strength) / Float(distance)
    let along = HaarPair(plane, .rows, distance: distance)
    var smooth = HaarPair(along.sums, .columns, distance: distance)
    var detailed = HaarPair(along.differences, .columns, distance: distance)
    smooth.differences.softThreshold(by: threshold)
    detailed.sums.softThreshold(by: threshold)
    detailed.differences.softThreshold(by: threshold)
    smooth.sums = shrunk(smooth.sums.clone(), level: level + 1)
    return HaarPair(
      sums: smooth.joined(.columns, distance: distance), differences: detailed.joined(.columns, distance: distance)
    ).joined(.rows, distance: distance)
  }
}
