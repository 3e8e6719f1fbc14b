import Pixels

/// The state of Chambolle and Pock's iteration on one plane.
///
/// The dual field p has a component along rows and one down columns; `ahead` is the extrapolated solution that the
/// next dual step looks at.
struct TotalVariationSolver: ~Copyable {
  private(set) var solution: FloatPlane
  private let observed: FloatPlane
  private var ahead: FloatPlane
  private var along: FloatPlane
  /// Row y + 1 belongs to row y of the image; row 0 stays zero, for what lies above the image.
  private var down: FloatPlane

  /// Both step lengths: their product times 8, the squared norm of the gradient, must not exceed 1.
  private static let stepLength: Float = 0.353_553_39

  init(_ plane: consuming FloatPlane) {
    solution = plane.clone()
    ahead = plane.clone()
    along = FloatPlane(width: plane.width, height: plane.height)
    down = FloatPlane(width: plane.width, height: plane.height + 1)
    observed = plane
  }

  /// One step of the dual field, then one of the solution.
  ///
  /// - Parameters:
  ///   - fidelity: for each pixel, how strongly the solution is held to the image.
  /// - Complexity: O(width · height).
  mutating func step(fidelity: [Float]) {
    ascendDual(towards: ahead, step: Self.stepLength, along: &along, down: &down)
    descendPrimal(
      observed, fidelity: fidelity.span, along: along, down: down, step: Self.stepLength, solution: &solution,
      ahead: &ahead)
  }
}

private func ascendDual(
  towards ahead: borrowing FloatPlane, step: Float, along: inout FloatPlane, down: inout FloatPlane
) {
  for y in 0..<ahead.height {
    var x = along.mutableRow(y)
    var z = down.mutableRow(y + 1)
    ascendDualRow(ahead.row(y), below: ahead.row(min(y + 1, ahead.height - 1)), step: step, x: &x, y: &z)
  }
}

private func descendPrimal(
  _ observed: borrowing FloatPlane, fidelity: Span<Float>, along: borrowing FloatPlane, down: borrowing FloatPlane,
  step: Float, solution: inout FloatPlane, ahead: inout FloatPlane
) {
  let width = observed.width
  for y in 0..<observed.height {
    var target = solution.mutableRow(y)
    var next = ahead.mutableRow(y)
    descendPrimalRow(
      observed.row(y), fidelity: fidelity.extracting(y * width..<(y + 1) * width), x: along.row(y),
      y: down.row(y + 1), above: down.row(y), step: step, solution: &target, ahead: &next)
  }
}

/// p ← the nearest field of length at most one to p + step · gradient. The gradient across the right and lower edge is 0.
private func ascendDualRow(
  _ row: Span<Float>, below: Span<Float>, step: Float, x: inout MutableSpan<Float>, y: inout MutableSpan<Float>
) {
  let count = row.count
  precondition(below.count == count && x.count == count && y.count == count && count > 0)
  let inner = count - 1
  let right = row.extracting(1..<count)
  precondition(right.count == inner)
  for index in 0..<inner {
    let px = x[index] + step * (right[index] - row[index])
    let py = y[index] + step * (below[index] - row[index])
    let length = max(1, (px * px + py * py).squareRoot())
    x[index] = px / length
    y[index] = py / length
  }
  let py = y[inner] + step * (below[inner] - row[inner])
  y[inner] = py / max(1, abs(py))
}

/// u ← (u + step · (div p + fidelity · observed)) / (1 + step · fidelity), and twice the new less the old one.
private func descendPrimalRow(
  _ observed: Span<Float>, fidelity: Span<Float>, x: Span<Float>, y: Span<Float>, above: Span<Float>, step: Float,
  solution: inout MutableSpan<Float>, ahead: inout MutableSpan<Float>
) {
  let count = observed.count
  precondition(fidelity.count == count && x.count == count && y.count == count && above.count == count)
  precondition(solution.count == count && ahead.count == count)
  func update(_ index: Int, left: Float) {
    let divergence = x[index] - left + y[index] - above[index]
    let held = fidelity[index]
    let fresh = (solution[index] + step * (divergence + held * observed[index])) / (1 + step * held)
    ahead[index] = 2 * fresh - solution[index]
    solution[index] = fresh
  }
  update(0, left: 0)
  for index in 1..<count { update(index, left: x[index - 1]) }
}
