import Pixels
import Preprocessing
import Squeezers

/// The views of a photograph that a witness learns from: what costs nothing but calls of the models.
enum WitnessViews {
  /// The photograph itself and its mirror image.
  static let ownCount = 2
  /// Those, and nine parts of it, scaled up again: a classifier says of a part what else it sees there.
  static let count = ownCount + 9

  /// The side of a part. Parts of .45 left out less of what MobileNetV2 says of 250 photographs than those of .6 and .8.
  private static let partShare = 0.45
  private static let places = [0.0, 0.5, 1.0]

  /// Shows each view once: the photograph first, then its mirror image, then parts, every second of them mirrored.
  static func forEach(
    _ image: borrowing PixelImage, _ body: (borrowing PixelImage) async throws -> Void
  ) async throws {
    try await body(image)
    try await body(Mirror().squeeze(image))
    let size = image.size
    func part(_ side: Int) -> Int { max(1, Int((Double(side) * partShare).rounded())) }
    let partSize = PixelSize(width: part(size.width), height: part(size.height))
    for (row, y) in places.enumerated() {
      for (column, x) in places.enumerated() {
        let region = PixelRegion(
          x: Int((Double(size.width - partSize.width) * x).rounded()),
          y: Int((Double(size.height - partSize.height) * y).rounded()), size: partSize)
        let view = image.cropped(to: region).trappingResized(to: size, filter: .bilinear)
        if (row + column).isMultiple(of: 2) { try await body(view) } else { try await body(Mirror().squeeze(view)) }
      }
    }
  }
}
