import Pixels

/// How much more the pixels that a scaler reads stand out from their surroundings than pixels it does not read.
///
/// A scaler without antialiasing sees S(x) at its reading positions, an antialiased one sees about the mean M(x) over a
/// period. Texture makes the two differ, but it does so at any positions; an attack does so at the reading positions
/// alone. With D the mean of (S − M)² over the picture, and D′ the median of the same with the reading positions moved
/// by half a period along one axis or both, the excess is √max(0, D − D′), in levels of 0…255.
package struct SamplingExcess {
  package let scaler: UnfilteredScaler
  /// √D over the whole picture.
  package let difference: Double
  /// √(D − D′) over the whole picture.
  package let excess: Double
  /// The largest √(D − D′) over windows of 8 × 8 result pixels, which sees an attack on a part of the picture; D′ is here
  /// the largest of the moved ones, since so few pixels differ by chance.
  package let localExcess: Double
  /// Where that window begins, in result pixels.
  package let window: (x: Int, y: Int)
}

extension SamplingExcess {
  /// The excess for every unfiltered scaler.
  ///
  /// - Precondition: `luma` is gray; the target's sides are not longer than its own.
  /// - Complexity: O(source area); memory O(target area).
  package static func all(of luma: borrowing PixelImage, scaledTo target: PixelSize) -> [SamplingExcess] {
    var energies = UnfilteredScaler.allCases.map { _ in [WindowMeans]() }
    for (phaseX, phaseY) in phases(luma.size, target) {
      let mean = luma.scaled(
        columns: .box(from: luma.size.width, to: target.width, phase: phaseX),
        rows: .box(from: luma.size.height, to: target.height, phase: phaseY))
      for (index, scaler) in UnfilteredScaler.allCases.enumerated() {
        let read = luma.scaled(
          columns: scaler.taps(from: luma.size.width, to: target.width, phase: phaseX),
          rows: scaler.taps(from: luma.size.height, to: target.height, phase: phaseY))
        energies[index].append(WindowMeans(squaredDifferenceOf: read.span, mean.span, size: target))
      }
    }
    return zip(UnfilteredScaler.allCases, energies).map { SamplingExcess($0, $1[0], moved: Array($1[1...])) }
  }

  /// Unmoved, then moved by half a period along each axis that is reduced enough, and along both.
  private static func phases(_ source: PixelSize, _ target: PixelSize) -> [(Double, Double)] {
    let alongX = ScalingAttack.isReduced(from: source.width, to: target.width) ? [0, 0.5] : [0]
    let alongY = ScalingAttack.isReduced(from: source.height, to: target.height) ? [0, 0.5] : [0]
    return alongY.flatMap { y in alongX.map { x in (x, y) } }
  }

  private init(_ scaler: UnfilteredScaler, _ read: WindowMeans, moved: [WindowMeans]) {
    self.scaler = scaler
    let elsewhere = Self.median(moved.map(\.whole))
    difference = read.whole.squareRoot()
    excess = max(0, read.whole - elsewhere).squareRoot()
    var (largest, place) = (0.0, (x: 0, y: 0))
    for y in 0..<read.windows.height {
      for x in 0..<read.windows.width {
        let here = read.window(x, y) - (moved.map { $0.window(x, y) }.max() ?? 0)
        if here > largest { (largest, place) = (here, (x * WindowMeans.side, y * WindowMeans.side)) }
      }
    }
    localExcess = largest.squareRoot()
    window = place
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
