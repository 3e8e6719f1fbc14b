extension SignalPlane {
  /// How much larger the residual is than what the picture's own units would give: the kernel's central weight.
  static let residualScale = 12.0
  /// The greatest magnitude of a residual, in its own units.
  static let largestResidual = 24480

  /// What a 5×5 prediction from the neighbours leaves over, times `residualScale`:
  ///
  ///     −1   2  −2   2  −1
  ///      2  −6   8  −6   2
  ///     −2   8 −12   8  −2
  ///      2  −6   8  −6   2
  ///     −1   2  −2   2  −1
  ///
  /// Zero on everything that is locally a polynomial of low degree, so that edges and shading vanish and noise stays.
  /// Source: the 5×5 "square" predictor of Fridrich and Kodovský, Rich models for steganalysis, IEEE TIFS 2012.
  ///
  /// - Precondition: the samples lie in −255…255, so that the result fits into 16 bits (it lies in ±24480).
  /// - Complexity: O(pixels).
  func highPassResidual() -> SignalPlane {
    var (result, rows) = (SignalPlane(size: size), HighPassRows(self))
    result.fill { y, target in rows.write(y, into: &target) }
    return result
  }
}

/// The rows of a plane's high-pass residual, one at a time: who adds them up needs no plane of them.
struct HighPassRows {
  private let plane: SignalPlane
  // The kernel has three different columns; these are one row of five rows' sums, weighted with each.
  private var outer: [Int16]
  private var inner: [Int16]
  private var centre: [Int16]

  init(_ plane: SignalPlane) {
    self.plane = plane
    outer = [Int16](repeating: 0, count: plane.rowLength)
    (inner, centre) = (outer, outer)
  }

  /// Writes the residual of row `y`; see `SignalPlane.highPassResidual()`.
  ///
  /// - Precondition: the target is as long as the plane is wide.
  /// - Complexity: O(width).
  mutating func write(_ y: Int, into target: inout MutableSpan<Int16>) {
    Self.write(y, of: plane, outer: &outer, inner: &inner, centre: &centre, into: &target)
  }

  private static func write(
    _ y: Int, of plane: SignalPlane, outer: inout [Int16], inner: inout [Int16], centre: inout [Int16],
    into target: inout MutableSpan<Int16>
  ) {
    let source = plane.samples.span
    var outerSpan = outer.mutableSpan
    var innerSpan = inner.mutableSpan
    var centreSpan = centre.mutableSpan
    weighColumns(
      source.extracting(plane.paddedRow(y - 2)), source.extracting(plane.paddedRow(y - 1)),
      source.extracting(plane.paddedRow(y)), source.extracting(plane.paddedRow(y + 1)),
      source.extracting(plane.paddedRow(y + 2)), outer: &outerSpan, inner: &innerSpan, centre: &centreSpan)
    addColumns(outer: outerSpan.span, inner: innerSpan.span, centre: centreSpan.span, into: &target)
  }
}

/// The kernel has three different columns; each row of sums is one of them applied to five rows.
private func weighColumns(
  _ row0: Span<Int16>, _ row1: Span<Int16>, _ row2: Span<Int16>, _ row3: Span<Int16>, _ row4: Span<Int16>,
  outer: inout MutableSpan<Int16>, inner: inout MutableSpan<Int16>, centre: inout MutableSpan<Int16>
) {
  let count = outer.count
  precondition(row0.count == count && row1.count == count && row2.count == count)
  precondition(row3.count == count && row4.count == count && inner.count == count && centre.count == count)
  for x in 0..<count {
    let (far, near, middle) = (row0[x] &+ row4[x], row1[x] &+ row3[x], row2[x])
    outer[x] = 2 &* near &- far &- 2 &* middle
    inner[x] = 2 &* far &- 6 &* near &+ 8 &* middle
    centre[x] = 8 &* near &- 2 &* far &- 12 &* middle
  }
}

private func addColumns(
  outer: Span<Int16>, inner: Span<Int16>, centre: Span<Int16>, into target: inout MutableSpan<Int16>
) {
  let count = target.count
  let (outer0, outer4) = (outer.extracting(0..<count), outer.extracting(4..<count + 4))
  let (inner1, inner3) = (inner.extracting(1..<count + 1), inner.extracting(3..<count + 3))
  let centre2 = centre.extracting(2..<count + 2)
  for x in 0..<count {
    target[x] = outer0[x] &+ outer4[x] &+ inner1[x] &+ inner3[x] &+ centre2[x]
  }
}
