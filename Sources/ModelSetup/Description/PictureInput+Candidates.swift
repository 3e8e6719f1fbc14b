import Classifiers
import Common
import Pixels
import Preprocessing

extension PictureInput {
  /// The ways in which an input may take pictures, the likeliest first; none when it cannot.
  ///
  /// A shape with one or three at the place of the channels says it all; where axes are open, every order is possible.
  ///
  /// - Throws: `model-mismatch`, saying why it takes no pictures.
  static func candidates(of input: ModelTensor, model: String) throws(SluiceError) -> [PictureInput] {
    func refuse(_ reason: String, _ remedy: String) -> SluiceError {
      SluiceError(.modelMismatch, "the model \(model) takes \(input.summary), \(reason)", remedy: remedy)
    }
    guard let element = input.element else {
      throw refuse(
        "and pictures are not given as \(input.type)",
        "export it with an input of \(TensorElement.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard let shape = input.shape else { return every(input, element, [nil, nil, nil, nil]) }
    if let gray = withoutChannels(input, element, shape) { return [gray] }
    guard shape.count == 4 else {
      throw refuse(
        "which has \(shape.count) axes instead of the 4 of pictures",
        "export it with an input of N×channels×height×width or N×height×width×channels, or of N×height×width for gray "
          + "pictures; a Reshape before its first layer does")
    }
    let sides = shape.dropFirst().compactMap(\.self)
    guard sides.allSatisfy({ $0 <= PreprocessStep.sideRange.upperBound }), (shape[0] ?? 1) <= ModelTensor.maximumBatch
    else {
      throw refuse(
        "which is more than pictures have",
        "export it for sides of at most \(PreprocessStep.sideRange.upperBound) and batches of at most "
          + "\(ModelTensor.maximumBatch)")
    }
    let candidates = every(input, element, shape)
    if candidates.isEmpty {
      throw refuse(
        "which is neither gray nor RGB: no axis has one or three channels",
        "give the model 1 or 3 channels; others are not made from pictures")
    }
    return candidates
  }

  /// What is shorter is more likely to be channels, or the values of a point in time.
  private static let shortestSide = 8

  /// Gray pictures without an axis for channels; `nil` for another input.
  ///
  /// A first axis of another fixed length may as well be the channels of a picture without a batch, so it tells nothing.
  private static func withoutChannels(
    _ input: ModelTensor, _ element: TensorElement, _ shape: [Int?]
  ) -> PictureInput? {
    let sides = shortestSide...PreprocessStep.sideRange.upperBound
    guard shape.count == 3, (shape.pictureCount ?? 1) == 1,
      shape.dropFirst().allSatisfy({ sides.contains($0 ?? shortestSide) })
    else { return nil }
    return PictureInput(
      name: input.name, element: element, layout: .nhw, channels: .gray, fixedHeight: shape[1], fixedWidth: shape[2],
      fixedBatch: shape.pictureCount)
  }

  private static func every(_ input: ModelTensor, _ element: TensorElement, _ shape: [Int?]) -> [PictureInput] {
    var candidates: [PictureInput] = []
    // A fixed channel axis tells more than an open one.
    let places: [(TensorLayout, Int)] = [(.nchw, 1), (.nhwc, 3)]
    for (layout, axis) in places.sorted(by: { shape[$0.1] != nil && shape[$1.1] == nil }) {
      for channels in [PixelChannels.rgb, .gray] where shape[axis] == nil || shape[axis] == channels.rawValue {
        let (height, width) = layout == .nchw ? (shape[2], shape[3]) : (shape[1], shape[2])
        guard (height ?? 1) > 0, (width ?? 1) > 0 else { continue }
        candidates.append(
          PictureInput(
            name: input.name, element: element, layout: layout, channels: channels,
            fixedHeight: height, fixedWidth: width, fixedBatch: shape.pictureCount))
      }
    }
    return candidates
  }

  /// The sizes that are to be tried, by the sides that models usually have. One that is fixed is kept; squares come first.
  func sizes(ofUsual sides: [Int]) -> [PixelSize] {
    if let fixedSize { return [fixedSize] }
    let fixed = [fixedHeight, fixedWidth].compactMap(\.self)
    return (fixed + sides).map { PixelSize(width: fixedWidth ?? $0, height: fixedHeight ?? $0) }
  }
}

extension ModelTensor {
  /// As in `` `input` (float32 N×3×224×224) ``; an open first axis is N, other open ones are `?`.
  package var summary: String { "`\(name.printableName)` (\(type) \(shapeText))" }

  package var shapeText: String {
    guard let shape else { return "of any shape" }
    return shape.enumerated().map { axis, size in size.map(String.init) ?? (axis == 0 ? "N" : "?") }
      .joined(separator: "×")
  }
}
