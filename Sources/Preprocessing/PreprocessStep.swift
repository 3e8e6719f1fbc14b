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

  /// The part of an input of the given size from which `region` of the step's output is computed.
  func neededRegion(of input: PixelSize, for region: PixelRegion) -> PixelRegion {
    switch self {
    case .centerCrop(let size):
      let crop = PixelRegion.center(of: input, size: size)
      return PixelRegion(x: crop.x + region.x, y: crop.y + region.y, size: region.size).clamped(to: input)
    case .resizeExactly(_, let filter), .resizeShorterSide(_, let filter):
      let output = outputSize(for: input)
      let horizontal = ResampleAxis(source: input.width, target: output.width, filter: filter)
      let vertical = ResampleAxis(source: input.height, target: output.height, filter: filter)
      return PixelRegion(
        columns: horizontal.sourceRange(of: region.columns), rows: vertical.sourceRange(of: region.rows))
    }
  }

  private static func size(of input: PixelSize, shorterSide side: Int) -> PixelSize {
    let longer = side * max(input.width, input.height) / min(input.width, input.height)
    return input.width <= input.height
      ? PixelSize(width: side, height: longer) : PixelSize(width: longer, height: side)
  }
}
