import Pixels

/// The image with one rectangle covered in mid-gray: what a certified patch detector shows the classifier.
package struct Occlusion: FixedSqueezer {
  package let region: PixelRegion

  private static let midGray: UInt8 = 128

  package init(region: PixelRegion) {
    self.region = region
  }

  package var description: String { "occlusion \(region.size) at \(region.x),\(region.y)" }

  /// - Precondition: the region lies within the image.
  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = image.clone()
    result.fill(region, with: Self.midGray)
    return result
  }
}
