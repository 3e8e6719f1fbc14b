/// A cell of the grid that `QuestionIndex` looks in.
struct CoarseCell: Sendable, Hashable {
  let number: UInt64
}

/// Products of a fingerprint with orthogonal vectors, in units of the index's limit: two fingerprints within the limit of
/// each other have measures within a distance of 1.
struct CoarseMeasures: Sendable {
  /// Brightness; left, top, and main diagonal against the other; the middle columns, and the middle rows, against the
  /// outer ones. The last two are not used.
  let values: SIMD8<Double>

  private static let count = 6

  init(of fingerprint: NormalizedFingerprint) {
    var sums = SIMD8<Int32>()
    let bytes = fingerprint.bytes.span
    for block in 0..<NormalizedFingerprint.side * NormalizedFingerprint.side {
      var sum: Int32 = 0
      for channel in 0..<Fingerprint.channels {
        // A fingerprint has as many bytes as blocks have channels.
        sum &+= unsafe Int32(bytes[unchecked: block &* Fingerprint.channels &+ channel])
      }
      sums &+= Self.signs[block] &* SIMD8(repeating: sum)
    }
    values = SIMD8<Double>(sums) / Self.length
  }

  /// All entries of each vector are 1 or -1, so its length is the root of their number.
  private static let length =
    Double(NormalizedFingerprint.byteCount).squareRoot() * Double(QuestionIndex.squaredLimit).squareRoot()

  /// The entries of the vectors, block by block.
  private static let signs: [SIMD8<Int32>] = (0..<NormalizedFingerprint.side * NormalizedFingerprint.side).map {
    let side = NormalizedFingerprint.side
    let (row, column) = ($0 / side, $0 % side)
    func sign(_ isPositive: Bool) -> Int32 { isPositive ? 1 : -1 }
    let (left, top) = (sign(column < side / 2), sign(row < side / 2))
    let inner = side / 4..<side - side / 4
    return SIMD8(1, left, top, left * top, sign(inner.contains(column)), sign(inner.contains(row)), 0, 0)
  }

  var cell: CoarseCell { Self.cell(values.rounded(.down)) }

  /// Measures lie within -1…44, and differences within ±23, so 8 bits hold each.
  private static func cell(_ place: SIMD8<Double>) -> CoarseCell {
    var number: UInt64 = 0
    for dimension in 0..<count { number = number << 8 | UInt64(UInt8(truncatingIfNeeded: Int(place[dimension]))) }
    return CoarseCell(number: number)
  }

  /// Rounding must not leave out what lies exactly at the limit.
  private static let permittedSquare = 1 + 1e-9

  /// Every cell that has a point within the limit, the own one first; 729 at most, a few dozen most often.
  var cellsWithinLimit: [CoarseCell] {
    let floor = values.rounded(.down)
    let below = values - floor
    let above = 1 - below
    var reached: [(place: SIMD8<Double>, square: Double)] = [(floor, 0)]
    for dimension in 0..<Self.count {
      for (place, square) in reached {
        for (step, distance) in [(-1.0, below[dimension]), (1.0, above[dimension])] {
          let sum = square + distance * distance
          guard sum <= Self.permittedSquare else { continue }
          var moved = place
          moved[dimension] += step
          reached.append((moved, sum))
        }
      }
    }
    return reached.map { Self.cell($0.place) }
  }
}
