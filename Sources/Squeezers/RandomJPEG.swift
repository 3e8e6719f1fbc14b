import Common
import Pixels

/// Each 8×8 block as it looks after a JPEG round trip at a quality chosen for that block at random (SHIELD: Das et al.,
/// KDD 2018).
///
/// The four qualities are evenly spaced from `lowest` to `highest`; SHIELD's are 20, 40, 60, 80. An attacker cannot
/// know which block sees which quality, but can average over the chance (EOT, Athalye et al. 2018).
package struct RandomJPEG: Squeezer {
  package static let qualityRange = 5...95

  package static let kind = SqueezerKind(
    .randomJPEG, "each 8×8 block from a JPEG round trip at a random quality of four",
    source: "SHIELD, Das et al. 2018",
    parameters: [lowestParameter, highestParameter]
  ) { values in
    let (one, other) = (values.integer(lowestParameter), values.integer(highestParameter))
    return RandomJPEG(lowest: min(one, other), highest: max(one, other))
  }
  private static let lowestParameter = Parameter.integer("lowest", qualityRange, default: 20, "the lowest quality")
  private static let highestParameter = Parameter.integer("highest", qualityRange, default: 80, "the highest quality")

  private static let blockSide = 8
  private static let qualityCount = 4

  package let qualities: [Int]

  /// - Precondition: both lie in `qualityRange`, in order.
  package init(lowest: Int, highest: Int) {
    precondition(Self.qualityRange.contains(lowest) && Self.qualityRange.contains(highest) && lowest <= highest)
    qualities = (0..<Self.qualityCount).map { lowest + $0 * (highest - lowest) / (Self.qualityCount - 1) }
  }

  package let isRandomised = true
  package var description: String { "randomJPEG \(qualities[0])-\(qualities[Self.qualityCount - 1])" }

  /// - Precondition: no side exceeds 65,500 pixels, the most that a JPEG has.
  /// - Complexity: O(samples), four round trips.
  package func squeeze(_ image: borrowing PixelImage, seed: ImageSeed) -> PixelImage {
    let across = (image.size.width + Self.blockSide - 1) / Self.blockSide
    let down = (image.size.height + Self.blockSide - 1) / Self.blockSide
    var random = seed.randomness(for: description)
    let choices = (0..<across * down).map { _ in Int.random(in: 0..<Self.qualityCount, using: &random) }
    var result = PixelImage(size: image.size, channels: image.channels)
    for (choice, quality) in qualities.enumerated() {
      let saved = image.savedAsJPEG(quality: quality)
      for (block, chosen) in choices.enumerated() where chosen == choice {
        Self.copyBlock(column: block % across, row: block / across, from: saved, to: &result)
      }
    }
    return result
  }

  private static func copyBlock(
    column: Int, row: Int, from source: borrowing PixelImage, to target: inout PixelImage
  ) {
    let depth = source.channels.rawValue
    let start = column * blockSide * depth
    let end = min(source.rowLength, start + blockSide * depth)
    for y in row * blockSide..<min(source.size.height, (row + 1) * blockSide) {
      var line = target.mutableRow(y)
      line.copy(from: source.row(y).extracting(start..<end), at: start)
    }
  }
}
