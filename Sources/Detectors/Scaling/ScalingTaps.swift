import Pixels

/// For each position of a scaled axis, the source positions it reads and their weights; the same number for each.
package struct ScalingTaps {
  let target: Int
  let width: Int
  /// Source positions, `width` for each position; those beyond an edge are those on the edge.
  private(set) var positions: [Int]
  private(set) var weights: [Float]

  /// - Parameter make: fills in the weights of a position and returns the source position that the first belongs to.
  init(source: Int, target: Int, width: Int, make: (Int, inout [Float]) -> Int) {
    self.target = target
    self.width = width
    positions = []
    weights = []
    positions.reserveCapacity(target * width)
    weights.reserveCapacity(target * width)
    var own = [Float](repeating: 0, count: width)
    for output in 0..<target {
      let first = make(output, &own)
      for tap in 0..<width { positions.append(min(max(first + tap, 0), source - 1)) }
      weights += own
    }
  }

  /// The mean over a period: an odd number of pixels, about as many as the ratio, around each result pixel's centre.
  static func box(from source: Int, to target: Int, phase: Double = 0) -> ScalingTaps {
    let ratio = Double(source) / Double(target)
    let width = max(3, Int(ratio.rounded()) | 1)
    return ScalingTaps(source: source, target: target, width: width) { output, weights in
      for tap in weights.indices { weights[tap] = 1 / Float(width) }
      return Int((Double(output) + phase + 0.5) * ratio) - width / 2
    }
  }
}

extension PixelImage {
  /// A gray image scaled by what `columns` and `rows` read, not rounded; row after row.
  ///
  /// - Complexity: O(rows.target · rows.width · width + result · columns.width).
  package borrowing func scaled(columns: ScalingTaps, rows: ScalingTaps) -> [Float] {
    precondition(channels == .gray)
    var line = [Float](repeating: 0, count: size.width)
    var result = [Float](repeating: 0, count: columns.target * rows.target)
    var lineSpan = line.mutableSpan
    var resultSpan = result.mutableSpan
    for y in 0..<rows.target {
      for tap in y * rows.width..<(y + 1) * rows.width {
        if tap == y * rows.width { for x in 0..<lineSpan.count { lineSpan[x] = 0 } }
        addRow(row(rows.positions[tap]), times: rows.weights[tap], to: &lineSpan)
      }
      var target = resultSpan._mutatingExtracting(y * columns.target..<(y + 1) * columns.target)
      columns.apply(to: lineSpan.span, into: &target)
    }
    return result
  }
}

extension ScalingTaps {
  /// One row of the result.
  fileprivate func apply(to line: Span<Float>, into result: inout MutableSpan<Float>) {
    let (positions, weights) = (positions.span, weights.span)
    for x in 0..<result.count {
      var sum: Float = 0
      for tap in x * width..<(x + 1) * width { sum += line[positions[tap]] * weights[tap] }
      result[x] = sum
    }
  }
}

private func addRow(_ row: Span<UInt8>, times weight: Float, to line: inout MutableSpan<Float>) {
  let count = line.count
  precondition(row.count == count)
  for x in 0..<count { line[x] += Float(row[x]) * weight }
}
