import Pixels

extension Preprocessor {
  /// The most bytes that `apply(to:)` holds at a time beside a picture of the given size: what lies between the two passes of a
  /// resize, what a step makes, and what the step before it has made. Tables and single rows are not among them.
  ///
  /// - Parameters:
  ///   - channels: those of the picture, which it keeps until the end.
  /// - Complexity: O(steps).
  package func workingBytes(for image: PixelSize, channels: PixelChannels) -> Int {
    var (size, held, most) = (image, 0, 0)
    for (index, step) in steps.enumerated() {
      let output = step.outputSize(for: size)
      let made = step.part(of: output, before: index + 1 < steps.count ? steps[index + 1] : nil)
      most = max(most, held + step.workingArea(for: size, making: made))
      (size, held) = (output, made.size.area)
    }
    let depth = channels.rawValue
    let converting = channels == self.channels ? 0 : outputSize.area * (depth + self.channels.rawValue)
    return max(most * depth, converting)
  }
}

extension PreprocessStep {
  /// The part of the output that is computed: a resize leaves out what a crop behind it takes away.
  fileprivate func part(of output: PixelSize, before next: PreprocessStep?) -> PixelRegion {
    switch self {
    case .resizeExactly, .resizeShorterSide:
      if case .centerCrop(let kept, let rounding)? = next {
        return PixelRegion.center(of: output, size: kept, rounding: rounding).clamped(to: output)
      }
    case .centerCrop, .letterbox: break
    }
    return PixelRegion(x: 0, y: 0, size: output)
  }

  /// The pixels that are held beside an input of the given size while a part of the output is made: that part among them.
  fileprivate func workingArea(for input: PixelSize, making part: PixelRegion) -> Int {
    switch self {
    case .centerCrop, .resizeExactly(_, .sampled), .resizeShorterSide(_, .sampled): return part.size.area
    case .resizeExactly(_, .antialiased(let filter)), .resizeShorterSide(_, .antialiased(let filter)):
      return part.size.area + Self.areaBetweenPasses(of: input, scaledTo: outputSize(for: input), filter, making: part)
    case .letterbox(let frame, let filter, _):
      let fitted = Self.fittedSize(of: input, in: frame)
      let between = Self.areaBetweenPasses(
        of: input, scaledTo: fitted, filter, making: PixelRegion(x: 0, y: 0, size: fitted))
      // The frame is made twice.
      return fitted.area + max(between, 2 * frame.area)
    }
  }

  /// The pixels between the horizontal and the vertical pass: as wide as the result, and as high as what is read.
  private static func areaBetweenPasses(
    of input: PixelSize, scaledTo output: PixelSize, _ filter: ResampleFilter, making part: PixelRegion
  ) -> Int {
    guard input.height != output.height else { return 0 }
    let vertical = ResampleAxis(source: input.height, target: output.height, filter: filter)
    let rows = input.width == output.width ? input.height : vertical.sourceRange(of: part.rows).count
    return part.size.width * rows
  }
}
