import Pixels
import RealModule

/// CIE L\*a\*b\* in 8 bits, of samples taken as linear light: L · 255/100, a + 128, b + 128.
///
/// Both directions are OpenCV's `COLOR_LBGR2LAB` and `COLOR_LAB2LBGR` for all 2²⁴ inputs, number for number: the
/// sRGB primaries and the D65 white point in 12-bit fixed point, and the cube root from a table. OpenCV's blue comes
/// first: the first sample of a pixel is the one weighted as blue.
package enum LinearLab {
  /// Rows: X / Xn, Y, Z / Zn; columns: the samples of a pixel, blue first; in 1/4096.
  private static let forward: [Int32] = [778, 1541, 1777, 296, 2929, 871, 3575, 448, 73]
  /// Rows: the samples of a pixel, blue first; columns: X / Xn, Y, Z / Zn; in 1/4096.
  private static let backward: [Int32] = [217, -836, 4715, -3773, 7684, 185, 12615, -6296, -2223]

  /// f(i / 2040) · 2¹⁵, where f is the cube root with its linear part near zero, in single precision.
  private static let cubeRoots: [Int32] = (0...2040).map { index in
    let value = Double(index) / 2040
    let root = value < 216 / 24389 ? value * 841 / 108 + 16 / 116 : Double.root(value, 3)
    return Int32((Float(root) * 32768).rounded(.toNearestOrEven))
  }

  /// For each lightness sample Y · 2¹⁴ and f(Y) · 2¹⁴.
  private static let luminances: [SIMD2<Int32>] = (0..<256).map { lightness in
    let light = Double(lightness)
    let isLinear = lightness <= 20
    let root = isLinear ? (16.0 / 116 + light * 5 / (3 * 17 * 29)) : (light * 100 / 255 + 16) / 116
    let luminance = isLinear ? light * 20 * 9 / (17 * 29 * 29 * 29) : root * root * root
    return SIMD2(Int32((luminance * 16384).rounded(.toNearestOrEven)), Int32((root * 16384).rounded(.toNearestOrEven)))
  }

  /// The planes of an RGB image: L, and a and b together.
  ///
  /// - Complexity: O(pixels).
  package static func planes(of image: borrowing PixelImage) -> (lightness: SamplePlanes, colour: SamplePlanes) {
    precondition(image.channels == .rgb)
    let area = image.size.area
    var lightness = SamplePlanes(size: image.size, count: 1)
    var colour = SamplePlanes(size: image.size, count: 2)
    var lightnessSamples = lightness.mutableSamples
    var colourSamples = colour.mutableSamples
    let (source, roots, weights) = (image.samples, cubeRoots.span, forward.span)
    precondition(source.count == 3 * area && weights.count == 9 && roots.count == 2041)
    precondition(lightnessSamples.count == area && colourSamples.count == 2 * area)
    for pixel in 0..<area {
      // Weights of a row sum to 4096, so the index is at most 2040; the rest lies within what the preconditions say.
      let (first, second, third) = unsafe (
        Int32(source[unchecked: 3 &* pixel]), Int32(source[unchecked: 3 &* pixel &+ 1]),
        Int32(source[unchecked: 3 &* pixel &+ 2])
      )
      func root(_ row: Int) -> Int32 {
        let sum =
          unsafe first &* weights[unchecked: row] &+ second &* weights[unchecked: row &+ 1] &+ third
          &* weights[unchecked: row &+ 2]
        return unsafe roots[unchecked: Int((8 &* sum &+ 2048) >> 12)]
      }
      let (x, y, z) = (root(0), root(3), root(6))
      unsafe lightnessSamples[unchecked: pixel] = sample((296 &* y &- 1_336_934 &+ 16384) >> 15)
      unsafe colourSamples[unchecked: pixel] = sample((500 &* (x &- y) &+ 128 << 15 &+ 16384) >> 15)
      unsafe colourSamples[unchecked: area &+ pixel] = sample((200 &* (y &- z) &+ 128 << 15 &+ 16384) >> 15)
    }
    return (lightness, colour)
  }

  /// The RGB image of L, and a and b together.
  ///
  /// - Complexity: O(pixels).
  package static func image(lightness: SamplePlanes, colour: SamplePlanes) -> PixelImage {
    precondition(lightness.size == colour.size && lightness.count == 1 && colour.count == 2)
    var result = PixelImage(size: lightness.size, channels: .rgb)
    let area = lightness.size.area
    let (lightnessSamples, colourSamples) = (lightness.allSamples, colour.allSamples)
    let (table, weights) = (luminances.span, backward.span)
    var target = result.mutableSamples
    precondition(lightnessSamples.count == area && colourSamples.count == 2 * area && target.count == 3 * area)
    precondition(table.count == 256 && weights.count == 9)
    for pixel in 0..<area {
      // A sample is an index of the table; the rest lies within what the preconditions say.
      let luminance = unsafe table[unchecked: Int(lightnessSamples[unchecked: pixel])]
      let a = unsafe Int32(colourSamples[unchecked: pixel])
      let b = unsafe Int32(colourSamples[unchecked: area &+ pixel])
      let x = cube(luminance.y &+ (5 &* a &* 53687 &+ 128) >> 13 &- 4194)
      let z = cube(luminance.y &- (b &* 41943 &+ 16) >> 9 &+ 10484)
      for channel in 0..<3 {
        let sum =
          unsafe weights[unchecked: 3 &* channel] &* x &+ weights[unchecked: 3 &* channel &+ 1]
          &* luminance.x &+ weights[unchecked: 3 &* channel &+ 2] &* z
        let light = min(max((sum &+ 8192) >> 14, 0), 4095)
        unsafe target[unchecked: 3 &* pixel &+ channel] = UInt8(truncatingIfNeeded: (255 &* light) >> 12)
      }
    }
    return result
  }

  /// The inverse of f, both in 1/16384.
  @inline(__always)
  private static func cube(_ root: Int32) -> Int32 {
    let linear = root &* 108 / 841 &- 290
    // Below its own range the cube is not used and may wrap.
    let cubed = ((root &* root) >> 14 &* root) >> 14
    return root <= 3390 ? linear : cubed
  }

  @inline(__always)
  private static func sample(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(value, 0), 255)) }
}
