import Common
import Pixels

extension SluiceError.Code {
  package static let invalidPreprocessing = SluiceError.Code("invalid-preprocessing")
}

/// Brings decoded pictures of any size to the one size and channel count that the classifier takes.
///
/// The steps are checked when they are put together: whatever the picture, the output has `outputSize`. A resize holds
/// its source, its output, and between its two passes output width times source rows read.
package struct Preprocessor: Sendable {
  package let steps: [PreprocessStep]
  package let outputSize: PixelSize
  package let channels: PixelChannels

  /// - Throws: `invalid-preprocessing` when the steps do not end in a fixed size.
  package init(steps: [PreprocessStep], channels: PixelChannels) throws(SluiceError) {
    for (index, step) in steps.enumerated() {
      guard step.leavesSizeOpen else { continue }
      // A 1×16384 picture resized to shorter side 256 would have a billion pixels; the crop keeps it small.
      guard index + 1 < steps.count, case .centerCrop = steps[index + 1] else {
        throw SluiceError(
          .invalidPreprocessing, "a resize to a shorter side leaves the other side open",
          remedy: "follow it with centerCrop, or resize to a width and a height")
      }
    }
    switch steps.last {
    case .centerCrop(let size, _), .resizeExactly(let size, _), .letterbox(let size, _, _): outputSize = size
    case .resizeShorterSide, nil:
      throw SluiceError(
        .invalidPreprocessing, "the preprocessing does not end in a fixed size",
        remedy: "end it with centerCrop or a resize to a width and a height")
    }
    self.steps = steps
    self.channels = channels
  }

  /// The picture in the classifier's size and channels, 8 bits a sample.
  ///
  /// A gray picture is resized as gray and made RGB afterwards, which gives the same bytes for a third of the work.
  ///
  /// - Throws: `out-of-memory` where there is none for what lies between the two passes of a resize, which is as high as the
  ///   picture.
  /// - Complexity: that of the resizes; memory O(source area + output area + output width · source height).
  package func apply(to image: consuming PixelImage) throws(SluiceError) -> PixelImage {
    try apply(steps[...], to: image)
  }

  /// The same of a picture that stays, and whose rows are changed as they are read.
  ///
  /// - Throws: `out-of-memory`.
  package func apply(to image: borrowing PixelImage, changing change: RowChange) throws(SluiceError) -> PixelImage {
    if steps.count > 1, let cropped = try Self.resizeThenCrop(image, steps[0], steps[1], change) {
      return try apply(steps[2...], to: cropped)
    }
    return try apply(steps[1...], to: Self.apply(steps[0], to: image, change))
  }

  /// As `apply`, for a picture that there is memory for.
  ///
  /// - Precondition: there is memory for output width · source height.
  package func trappingApply(to image: consuming PixelImage) -> PixelImage {
    do throws(SluiceError) { return try apply(to: image) } catch { fatalError(error.message) }
  }

  private func apply(
    _ steps: ArraySlice<PreprocessStep>, to image: consuming PixelImage
  ) throws(SluiceError) -> PixelImage {
    var current = image
    var index = steps.startIndex
    while index < steps.endIndex {
      if index + 1 < steps.endIndex, let cropped = try Self.resizeThenCrop(current, steps[index], steps[index + 1]) {
        current = cropped
        index += 2
      } else {
        current = try Self.apply(steps[index], to: current)
        index += 1
      }
    }
    return current.channels == channels ? current : current.converted(to: channels)
  }

  /// The size that the first resize would scale all of an image of the given size to; its own size where there is none.
  package func scaledSize(of size: PixelSize) -> PixelSize {
    var cropped = size
    for step in steps {
      switch step {
      case .centerCrop(let kept, _): cropped = kept
      case .letterbox(let frame, _, _):
        return Self.scaled(size, as: cropped, to: PreprocessStep.fittedSize(of: cropped, in: frame))
      case .resizeExactly, .resizeShorterSide:
        return Self.scaled(size, as: cropped, to: step.outputSize(for: cropped))
      }
    }
    return size
  }

  /// The size of a picture that is scaled as its crop is.
  private static func scaled(_ size: PixelSize, as crop: PixelSize, to target: PixelSize) -> PixelSize {
    PixelSize(
      width: max(1, size.width * target.width / crop.width), height: max(1, size.height * target.height / crop.height))
  }

  /// The part of a picture of the given size that `apply(to:)` reads: what lies outside of it may have any value.
  ///
  /// - Complexity: O(steps).
  package func neededRegion(of image: PixelSize) -> PixelRegion {
    var sizes = [image]
    for step in steps { sizes.append(step.outputSize(for: sizes[sizes.count - 1])) }
    var region = PixelRegion(x: 0, y: 0, size: outputSize)
    for (step, input) in zip(steps, sizes).reversed() { region = step.neededRegion(of: input, for: region) }
    return region
  }

  private static func apply(
    _ step: PreprocessStep, to image: borrowing PixelImage, _ change: RowChange = { _, _ in }
  ) throws(SluiceError) -> PixelImage {
    switch step {
    case .centerCrop(let size, let rounding): image.centerCropped(to: size, rounding: rounding, changing: change)
    case .resizeExactly(_, .antialiased(let filter)), .resizeShorterSide(_, .antialiased(let filter)):
      try image.resized(to: step.outputSize(for: image.size), filter: filter, changing: change)
    case .resizeExactly(_, .sampled(let kernel)), .resizeShorterSide(_, .sampled(let kernel)):
      image.sampled(to: step.outputSize(for: image.size), kernel: kernel, changing: change)
    case .letterbox(let frame, let filter, let level):
      try image.resized(
        to: PreprocessStep.fittedSize(of: image.size, in: frame), filter: filter, changing: change
      ).framed(by: frame, level: level)
    }
  }

  /// A resize that computes only what the following crop keeps; `nil` when the two are not that pair.
  private static func resizeThenCrop(
    _ image: borrowing PixelImage, _ first: PreprocessStep, _ second: PreprocessStep,
    _ change: RowChange = { _, _ in }
  ) throws(SluiceError) -> PixelImage? {
    guard case .centerCrop(let size, let rounding) = second else { return nil }
    let target = first.outputSize(for: image.size)
    let wanted = PixelRegion.center(of: target, size: size, rounding: rounding)
    let kept = wanted.clamped(to: target)
    let resized: PixelImage
    switch first {
    case .resizeShorterSide(_, .antialiased(let filter)), .resizeExactly(_, .antialiased(let filter)):
      resized = try image.resized(to: target, filter: filter, region: kept, changing: change)
    case .resizeShorterSide(_, .sampled(let kernel)), .resizeExactly(_, .sampled(let kernel)):
      resized = image.sampled(to: target, kernel: kernel, region: kept, changing: change)
    case .centerCrop, .letterbox: return nil
    }
    return kept == wanted ? resized : resized.centerCropped(to: size, rounding: rounding)
  }
}
