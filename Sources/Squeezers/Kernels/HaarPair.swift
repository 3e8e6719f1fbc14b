import Pixels

/// One step of the undecimated Haar transform along one axis: half sums and half differences of samples `distance`
/// apart. A sample whose partner would lie outside the plane is its own partner.
struct HaarPair: ~Copyable {
  enum Axis {
    case rows
    case columns
  }

  var sums: FloatPlane
  var differences: FloatPlane

  init(sums: consuming FloatPlane, differences: consuming FloatPlane) {
    self.sums = sums
    self.differences = differences
  }

  /// - Complexity: O(width · height).
  init(_ plane: borrowing FloatPlane, _ axis: Axis, distance: Int) {
    var sums = FloatPlane(width: plane.width, height: plane.height)
    var differences = FloatPlane(width: plane.width, height: plane.height)
    for y in 0..<plane.height {
      var sum = sums.mutableRow(y)
      var difference = differences.mutableRow(y)
      let row = plane.row(y)
      switch axis {
      case .columns:
        halve(row, plane.row(y + distance < plane.height ? y + distance : y), sums: &sum, differences: &difference)
      case .rows:
        let paired = max(0, row.count - distance)
        halve(
          row.extracting(0..<paired), row.extracting(row.count - paired..<row.count), sums: &sum,
          differences: &difference)
        for x in paired..<row.count { sum[x] = row[x] }
      }
    }
    self.sums = sums
    self.differences = differences
  }

  /// The plane that the pair was made of: each sample is the mean of the two that its pairs say it is.
  ///
  /// - Complexity: O(width · height).
  consuming func joined(_ axis: Axis, distance: Int) -> FloatPlane {
    var result = FloatPlane(width: sums.width, height: sums.height)
    for y in 0..<sums.height {
      var target = result.mutableRow(y)
      let sum = sums.row(y)
      let difference = differences.row(y)
      switch axis {
      case .columns:
        if y >= distance {
          joinHalves(
            sum, difference, partnerSums: sums.row(y - distance), partnerDifferences: differences.row(y - distance),
            into: &target)
        } else {
          for x in 0..<sum.count { target[x] = sum[x] + difference[x] }
        }
      case .rows:
        for x in 0..<min(distance, sum.count) { target[x] = sum[x] + difference[x] }
        for x in min(distance, sum.count)..<sum.count {
          target[x] = (sum[x] + difference[x] + sum[x - distance] - difference[x - distance]) / 2
        }
      }
    }
    return result
  }
}

private func halve(
  _ a: Span<Float>, _ b: Span<Float>, sums: inout MutableSpan<Float>, differences: inout MutableSpan<Float>
) {
  let count = a.count
  precondition(b.count == count && sums.count >= count && differences.count >= count)
  for index in 0..<count {
    sums[index] = (a[index] + b[index]) / 2
    differences[index] = (a[index] - b[index]) / 2
  }
}

private func joinHalves(
  _ sums: Span<Float>, _ differences: Span<Float>, partnerSums: Span<Float>, partnerDifferences: Span<Float>,
  into target: inout MutableSpan<Float>
) {
  let count = target.count
  precondition(sums.count == count && differences.count == count)
  precondition(partnerSums.count == count && partnerDifferences.count == count)
  for index in 0..<count {
    target[index] = (sums[index] + differences[index] + partnerSums[index] - partnerDifferences[index]) / 2
  }
}

extension FloatPlane {
  /// Brings every value towards zero by `threshold`, and those nearer than that to zero.
  mutating func softThreshold(by threshold: Float) {
    for y in 0..<height {
      var row = mutableRow(y)
      for index in 0..<row.count {
        let value = row[index]
        row[index] = value - max(-threshold, min(threshold, value))
      }
    }
  }
}
