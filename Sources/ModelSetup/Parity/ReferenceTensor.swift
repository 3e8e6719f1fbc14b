import Common
import Pixels
import Preprocessing

/// What another pipeline feeds the model for one image, with its values interleaved pixel by pixel.
struct ReferenceTensor: Sendable, Hashable {
  let size: PixelSize
  /// 1 or 3.
  let depth: Int
  /// How its axes lay in the file.
  let layout: TensorLayout
  /// Height × width × depth values.
  let values: [Float]

  /// - Parameters:
  ///   - layout: what is taken where the shape fits both, as 3×3×3 does.
  ///   - name: what messages call it.
  /// - Throws: `invalid-tensor` for a shape that no image tensor has, for several images, and for values that are no numbers.
  /// - Complexity: O(values).
  init(_ array: NPYArray, preferring layout: TensorLayout, name: String) throws(SluiceError) {
    let shape = Self.imageShape(array.shape)
    guard let (chosen, size, depth) = Self.axes(of: shape, preferring: layout) else {
      throw SluiceError(
        .invalidTensor, "\(name) has the shape \(array.shape), which is no tensor of one image",
        remedy: "save one image with 1 or 3 channels, as [channels, height, width] or [height, width, channels]")
    }
    guard array.values.allSatisfy(\.isFinite) else {
      throw SluiceError(
        .invalidTensor, "\(name) has values that are infinite or no numbers",
        remedy: "look for a division by a standard deviation of 0 in the pipeline that made it")
    }
    self.layout = Self.leavesLayoutOpen(array.shape, layout) ? layout : chosen
    self.size = size
    self.depth = depth
    values = chosen == .nhwc || depth == 1 ? array.values : Self.interleaved(array.values, size, depth)
  }

  /// The shape without an axis for a batch of one.
  private static func imageShape(_ shape: [Int]) -> [Int] {
    if shape.count == 4, shape[0] == 1 { return Array(shape.dropFirst()) }
    // A gray picture may come without an axis for its channel.
    return shape.count == 2 ? [1] + shape : shape
  }

  /// An array without an axis for its channel is laid out in any way, and of three axes the first may be the batch.
  private static func leavesLayoutOpen(_ shape: [Int], _ layout: TensorLayout) -> Bool {
    shape.count == 2 || layout == .nhw && shape.count == 3 && shape[0] == 1
  }

  private static func axes(
    of shape: [Int], preferring layout: TensorLayout
  ) -> (TensorLayout, PixelSize, depth: Int)? {
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else { return nil }
    let candidates: [TensorLayout] = layout == .nhwc ? [.nhwc, .nchw] : [.nchw, .nhwc]
    for candidate in candidates {
      let (depth, height, width) =
        candidate == .nchw ? (shape[0], shape[1], shape[2]) : (shape[2], shape[0], shape[1])
      guard depth == 1 || depth == 3, PreprocessStep.sideRange.contains(width),
        PreprocessStep.sideRange.contains(height)
      else {
        continue
      }
      return (candidate, PixelSize(width: width, height: height), depth)
    }
    return nil
  }

  private static func interleaved(_ planes: [Float], _ size: PixelSize, _ depth: Int) -> [Float] {
    var values = [Float](repeating: 0, count: planes.count)
    for channel in 0..<depth {
      for pixel in 0..<size.area { values[pixel * depth + channel] = planes[channel * size.area + pixel] }
    }
    return values
  }
}
