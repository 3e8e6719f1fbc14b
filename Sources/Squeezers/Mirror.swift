import Pixels

/// The image mirrored left to right.
///
/// Classifiers are trained to be indifferent to it, and a perturbation is not: as a witness a mirror is as good as a
/// squeezer that removes detail.
package struct Mirror: FixedSqueezer {
  package static let kind = SqueezerKind(
    .mirror, "the image mirrored left to right", source: "test-time augmentation; Xie et al. 2018"
  ) { _ in Mirror() }

  package init() {}

  package let description = "mirror"

  /// - Complexity: O(samples).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    var result = PixelImage(size: image.size, channels: image.channels)
    for y in 0..<image.size.height {
      var target = result.mutableRow(y)
      switch image.channels {
      case .gray: reverse(image.row(y), into: &target, depth: 1)
      case .rgb: reverse(image.row(y), into: &target, depth: 3)
      }
    }
    return result
  }
}

/// Writes pixels of `depth` samples in reverse order; a depth that the compiler knows becomes vector instructions.
@inline(__always)
private func reverse(_ source: Span<UInt8>, into target: inout MutableSpan<UInt8>, depth: Int) {
  let width = source.count / depth
  precondition(source.count == width * depth && target.count == source.count)
  for x in 0..<width {
    for channel in 0..<depth {
      // Within both, as the precondition says.
      unsafe target[unchecked: x &* depth &+ channel] = source[unchecked: (width &- 1 &- x) &* depth &+ channel]
    }
  }
}
