import Pixels

/// One geometric step on the way from the decoded picture to the classifier's input size.
package enum PreprocessStep: Sendable, Hashable {
  /// Scale so that the shorter side has this many pixels, keeping the proportions: torchvision's `Resize(n)`,
  /// where the longer side is `n · long / short`, rounded down.
  case resizeShorterSide(Int, Scaling)
  /// Scale to exactly this size, whatever the proportions.
  case resizeExactly(PixelSize, Scaling)
  /// Scale so that all of the picture fits, keeping the proportions, and fill up both ends of the other side with gray of
  /// a level: what detection pipelines call a letterbox. Sides are rounded, and of an odd rest the smaller half comes first.
  case letterbox(PixelSize, ResampleFilter, level: UInt8)
  /// Cut out the middle: torchvision's `CenterCrop`, unless it is rounded down. A side that is too short is first padded with
  /// black on both ends.
  case centerCrop(PixelSize, rounding: CropRounding = .halfToEven)

  /// Whether its result has a side that depends on the picture.
  var leavesSizeOpen: Bool {
    switch self {
    case .resizeShorterSide: true
    case .resizeExactly, .letterbox, .centerCrop: false
    }
  }

  /// The longest permitted side of a resize or crop, in pixels.
  package static let sideRange = 1...4096
}

extension PreprocessStep {
  /// The size of the result for an input of the given size.
  func outputSize(for input: PixelSize) -> PixelSize {
    switch self {
    case .resizeExactly(let size, _), .centerCrop(let size, _), .letterbox(let size, _, _): size
    case .resizeShorterSide(let side, _): Self.size(of: input, shorterSide: side)
    }
  }

  /// The part of an input of the given size from which `region` of the step's output is computed.
  func neededRegion(of input: PixelSize, for region: PixelRegion) -> PixelRegion {
    switch self {
    case .centerCrop(let size, let rounding):
      let crop = PixelRegion.center(of: input, size: size, rounding: rounding)
      return PixelRegion(x: crop.x + region.x, y: crop.y + region.y, size: region.size).clamped(to: input)
    case .resizeExactly(_, let scaling), .resizeShorterSide(_, let scaling):
      return Self.neededRegion(of: input, for: region, scaledTo: outputSize(for: input), scaling.widest)
    case .letterbox: return PixelRegion(x: 0, y: 0, size: input)
    }
  }

  private static func neededRegion(
    of input: PixelSize, for region: PixelRegion, scaledTo output: PixelSize, _ filter: ResampleFilter
  ) -> PixelRegion {
    let horizontal = ResampleAxis(source: input.width, target: output.width, filter: filter)
    let vertical = ResampleAxis(source: input.height, target: output.height, filter: filter)
    return PixelRegion(
      columns: horizontal.sourceRange(of: region.columns), rows: vertical.sourceRange(of: region.rows))
  }

  /// The size that a picture is scaled to before the bars of a letterbox are added.
  static func fittedSize(of input: PixelSize, in frame: PixelSize) -> PixelSize {
    let ratio = min(Double(frame.width) / Double(input.width), Double(frame.height) / Double(input.height))
    func scaled(_ side: Int, _ limit: Int) -> Int {
      min(limit, max(1, Int((Double(side) * ratio).rounded(.toNearestOrEven))))
    }
    return PixelSize(width: scaled(input.width, frame.width), height: scaled(input.height, frame.height))
  }

  private static func size(of input: PixelSize, shorterSide side: Int) -> PixelSize {
    let longer = side * max(input.width, input.height) / min(input.width, input.height)
    return input.width <= input.height
      ? PixelSize(width: side, height: longer) : PixelSize(width: longer, height: side)
  }
}
