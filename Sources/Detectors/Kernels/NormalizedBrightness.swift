import Glibc
import Pixels

/// A picture of real numbers, row after row.
package struct RealPlane: Sendable {
  package let size: PixelSize
  package private(set) var samples: [Float]

  /// - Precondition: there is a sample for each pixel.
  package init(size: PixelSize, samples: [Float]) {
    precondition(samples.count == size.area)
    self.size = size
    self.samples = samples
  }

  func row(_ y: Int) -> Range<Int> { y * size.width..<(y + 1) * size.width }
}

extension RealPlane {
  init(_ plane: SignalPlane) {
    var samples: [Float] = []
    samples.reserveCapacity(plane.size.area)
    for y in 0..<plane.size.height {
      for index in plane.row(y) { samples.append(Float(plane.samples[index])) }
    }
    self.init(size: plane.size, samples: samples)
  }

  /// Half as wide and high, the mean of each 2×2 square; a side of one pixel stays, and an odd last line is dropped.
  func halved() -> RealPlane {
    let half = PixelSize(width: max(1, size.width / 2), height: max(1, size.height / 2))
    let (right, below) = (size.width > 1 ? 1 : 0, size.height > 1 ? size.width : 0)
    var result: [Float] = []
    result.reserveCapacity(half.area)
    for y in 0..<half.height {
      for x in 0..<half.width {
        let index = 2 * y * size.width + 2 * x
        result.append(
          (samples[index] + samples[index + right] + samples[index + below] + samples[index + below + right]) / 4)
      }
    }
    return RealPlane(size: half, samples: result)
  }

  /// Brightness less its local mean, over its local standard deviation plus one: the MSCN coefficients of Mittal,
  /// Moorthy and Bovik 2012, with a 7×7 Gaussian window of σ = 7/6 and mirrored edges. Zero on a constant picture.
  ///
  /// - Complexity: O(14 · pixels).
  package func locallyNormalized() -> RealPlane {
    let mean = smoothed()
    var squares = self
    // Differences from a local mean, squared, would need a window each; from the middle value the squares stay small
    // enough for single precision.
    for index in squares.samples.indices {
      let value = squares.samples[index] - Self.middle
      squares.samples[index] = value * value
    }
    let meanSquare = squares.smoothed()
    var result = self
    let (source, means, square) = (samples.span, mean.samples.span, meanSquare.samples.span)
    var target = result.samples.mutableSpan
    normalize(source, mean: means, square: square, into: &target)
    return result
  }

  fileprivate static let middle: Float = 128

  /// The weighted mean of a 7×7 neighbourhood.
  private func smoothed() -> RealPlane {
    var result = self
    let reach = gaussian.count / 2
    var padded = [Float](repeating: 0, count: size.width + 2 * reach)
    var line = [Float](repeating: 0, count: size.width)
    for y in 0..<size.height {
      var sums = line.mutableSpan
      for x in 0..<sums.count { sums[x] = 0 }
      for (tap, weight) in gaussian.enumerated() {
        let neighbour = row(SignalPlane.mirrored(y + tap - reach, size.height))
        addWeighted(samples.span.extracting(neighbour), weight, to: &sums)
      }
      for x in 0..<reach {
        padded[x] = line[SignalPlane.mirrored(x - reach, size.width)]
        padded[reach + size.width + x] = line[SignalPlane.mirrored(size.width + x, size.width)]
      }
      for x in 0..<size.width { padded[reach + x] = line[x] }
      var all = result.samples.mutableSpan
      var target = all._mutatingExtracting(row(y))
      for x in 0..<target.count { target[x] = 0 }
      for (tap, weight) in gaussian.enumerated() {
        addWeighted(padded.span.extracting(tap..<tap + size.width), weight, to: &target)
      }
    }
    return result
  }
}

private let gaussian: [Float] = {
  let weights = (-3...3).map { exp(-Double($0 * $0) / (2 * 49.0 / 36)) }
  let total = weights.reduce(0, +)
  return weights.map { Float($0 / total) }
}()

private func normalize(
  _ source: Span<Float>, mean: Span<Float>, square: Span<Float>, into target: inout MutableSpan<Float>
) {
  let count = target.count
  precondition(source.count == count && mean.count == count && square.count == count)
  for x in 0..<count {
    let centred = mean[x] - RealPlane.middle
    let variance = max(0, square[x] - centred * centred)
    target[x] = (source[x] - mean[x]) / (variance.squareRoot() + 1)
  }
}
