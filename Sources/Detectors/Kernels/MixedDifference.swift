import Pixels

/// The rows of a plane's mixed second difference, one at a time: the second difference of the second differences, once down and
/// once across, of pixels a step apart.
///
///     D(y,x) = v(x−s) − 2·v(x) + v(x+s),   v(x) = P(y−s,x) − 2·P(y,x) + P(y+s,x)
///
/// It is 0 where the plane is constant, or a ramp, along either direction. A step of one pixel answers to the finest detail there
/// is; a step of two to detail of twice that size, and not at all to the finest. White noise has as much of either.
struct MixedDifferenceRows {
  private let plane: SignalPlane
  private let step: Int
  private var down: [Int16]

  /// - Precondition: 0 < step ≤ `SignalPlane.border`, and the samples lie in −255…255, so that the result fits into 16 bits (it lies
  ///   in ±4080).
  init(_ plane: SignalPlane, step: Int) {
    precondition(0 < step && step <= SignalPlane.border)
    self.plane = plane
    self.step = step
    down = [Int16](repeating: 0, count: plane.rowLength)
  }

  /// Writes row `y`.
  ///
  /// - Precondition: the target is as long as the plane is wide.
  /// - Complexity: O(width).
  mutating func write(_ y: Int, into target: inout MutableSpan<Int16>) {
    Self.write(y, of: plane, step: step, down: &down, into: &target)
  }

  private static func write(
    _ y: Int, of plane: SignalPlane, step: Int, down: inout [Int16], into target: inout MutableSpan<Int16>
  ) {
    let source = plane.samples.span
    var differences = down.mutableSpan
    secondDifferences(
      source.extracting(plane.paddedRow(y - step)), source.extracting(plane.paddedRow(y)),
      source.extracting(plane.paddedRow(y + step)), into: &differences)
    let (start, width, found) = (SignalPlane.border, target.count, differences.span)
    secondDifferences(
      found.extracting(start - step..<start - step + width), found.extracting(start..<start + width),
      found.extracting(start + step..<start + step + width), into: &target)
  }
}

private func secondDifferences(
  _ before: Span<Int16>, _ centre: Span<Int16>, _ after: Span<Int16>, into target: inout MutableSpan<Int16>
) {
  let count = target.count
  precondition(before.count == count && centre.count == count && after.count == count)
  for x in 0..<count { target[x] = before[x] &- 2 &* centre[x] &+ after[x] }
}
