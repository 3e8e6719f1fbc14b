/// The last rows of two pictures' local moments, weighted along the row: of a, b, a², b² and ab.
struct MomentRows {
  private static let moments = 5
  private static let slots = 2 * GaussianWindow.radius + 1

  private let width: Int
  /// For each slot the five moments, one row each.
  private var ring: [[Float]]
  /// The five moments of the row at hand: first with mirrored edges, later weighted down the columns.
  private var line: [[Float]]

  init(width: Int) {
    self.width = width
    ring = (0..<Self.slots * Self.moments).map { _ in [Float](repeating: 0, count: width) }
    line = (0..<Self.moments).map { _ in [Float](repeating: 0, count: width + 2 * GaussianWindow.radius) }
  }

  /// Takes in row `y` of both pictures.
  mutating func push(_ a: Span<UInt8>, _ b: Span<Float>, y: Int) {
    precondition(a.count == width && b.count == width)
    let radius = GaussianWindow.radius
    for x in 0..<width {
      line[0][x + radius] = Float(a[x])
      line[1][x + radius] = b[x]
    }
    mirrorEdges(of: &line[0])
    mirrorEdges(of: &line[1])
    let (first, second) = (line[0], line[1])
    multiply(first, first, into: &line[2])
    multiply(second, second, into: &line[3])
    multiply(first, second, into: &line[4])
    for moment in 0..<Self.moments {
      weighAlongRow(line[moment], into: &ring[y % Self.slots * Self.moments + moment])
    }
  }

  private func mirrorEdges(of row: inout [Float]) {
    let radius = GaussianWindow.radius
    for x in Array(-radius..<0) + Array(width..<width + radius) {
      row[x + radius] = row[GaussianWindow.mirrored(x, width) + radius]
    }
  }

  /// The sum over row `y` of the structural similarity.
  mutating func similarity(y: Int, height: Int) -> Double {
    let rows = (-GaussianWindow.radius...GaussianWindow.radius).map {
      GaussianWindow.mirrored(y + $0, height) % Self.slots
    }
    for moment in 0..<Self.moments {
      for (tap, slot) in rows.enumerated() {
        addRow(
          ring[slot * Self.moments + moment], from: 0, count: width, times: GaussianWindow.weights[tap],
          to: &line[moment], isFirst: tap == 0)
      }
    }
    let (a, b, aa, bb, ab) = (line[0], line[1], line[2], line[3], line[4])
    return sumOfSimilarity(
      a.span.extracting(0..<width), b.span.extracting(0..<width), aa.span.extracting(0..<width),
      bb.span.extracting(0..<width), ab.span.extracting(0..<width))
  }
}

private func multiply(_ a: [Float], _ b: [Float], into product: inout [Float]) {
  let (a, b) = (a.span, b.span)
  var target = product.mutableSpan
  let count = target.count
  precondition(a.count == count && b.count == count)
  for x in 0..<count { target[x] = a[x] * b[x] }
}

private func weighAlongRow(_ padded: [Float], into row: inout [Float]) {
  let count = row.count
  for (tap, weight) in GaussianWindow.weights.enumerated() {
    addRow(padded, from: tap, count: count, times: weight, to: &row, isFirst: tap == 0)
  }
}

/// Adds a weighted row to the front of `sums`, or puts it there.
private func addRow(
  _ source: [Float], from start: Int, count: Int, times weight: Float, to sums: inout [Float], isFirst: Bool
) {
  let row = source.span.extracting(start..<start + count)
  var all = sums.mutableSpan
  var target = all._mutatingExtracting(0..<count)
  precondition(row.count == count && target.count == count)
  if isFirst {
    for x in 0..<count { target[x] = row[x] * weight }
  } else {
    for x in 0..<count { target[x] += row[x] * weight }
  }
}

private func sumOfSimilarity(
  _ a: Span<Float>, _ b: Span<Float>, _ aa: Span<Float>, _ bb: Span<Float>, _ ab: Span<Float>
) -> Double {
  let count = a.count
  precondition(b.count == count && aa.count == count && bb.count == count && ab.count == count)
  let (c1, c2) = (Float(0.01 * 255 * 0.01 * 255), Float(0.03 * 255 * 0.03 * 255))
  var total = 0.0
  for x in 0..<count {
    let (mean, other) = (a[x], b[x])
    let product = mean * other
    let squares = mean * mean + other * other
    let numerator = (2 * product + c1) * (2 * (ab[x] - product) + c2)
    let denominator = (squares + c1) * (aa[x] + bb[x] - squares + c2)
    total += Double(numerator / denominator)
  }
  return total
}
