import Pixels

/// One geometric step on the way from the decoded picture to the classifier's input size.
package enum PreprocessStep: Sendable, Hashable {
  /// Scale so that the shorter side has this many pixels, keeping the proportions: torchvision's `Resize(n)`,
  /// where the longer side is `n · long / short`, rounded down.
  case resizeShorterSide(Int, ResampleFilter)
  /// Scale to exactly this size, whatever the proportions.
  case resizeExactly(PixelSize, ResampleFilter)
  /// Cut out the middle: torchvision's `CenterCrop`. The offset is (n − size) / 2, halves to the even number; a
  /// side that is too short is first padded with black on both ends.
  case centerCrop(PixelSize)

  /// The longest permitted side of a resize or crop, in pixels.
  package static let sideRange = 1...4096
}

extension PreprocessStep {
  /// The size of the result for an input of the given size.
  func outputSize(for input: PixelSize) -> PixelSize {
    switch self {
    case .resizeExactly(let size, _), .centerCrop(let size): size
    case .resizeShorterSide(let side, _): Self.size(of: input, shorterSide: side)
    }
  }

  private static func size(of input: PixelSize, shorterSide side: Int) -> PixelSize {
    let longer = side * max(input.width, input.height) / min(input.width, input.height)
    return input.width <= input.height
      ? PixelSize(width: side, height: longer) : PixelSize(width: longer, height: side)
  }
}
