import Glibc
import Pixels

private let side = 8

/// Row u of the orthonormal cosine transform of length 8 (DCT-II).
private let cosines: [Float] = (0..<side * side).map { index in
  let (u, x) = (Double(index / side), Double(index % side))
  let scale = u == 0 ? (1.0 / 8).squareRoot() : (2.0 / 8).squareRoot()
  return Float(scale * cos(Double.pi * (2 * x + 1) * u / 16))
}

extension SignalPlane {
  /// Mean energy of each coefficient of the 8×8 cosine transform, over all whole blocks from the top left; row after
  /// row, the constant first. Where a side is shorter than a block, the plane is continued by mirroring.
  ///
  /// - Complexity: O(8 · pixels).
  func blockSpectrum() -> [Double] {
    let (columns, rows) = (max(1, size.width / side), max(1, size.height / side))
    let width = columns * side
    var energies = [Double](repeating: 0, count: side * side)
    var line = [Float](repeating: 0, count: width)
    var transformed = [Float](repeating: 0, count: width)
    for top in 0..<rows {
      for v in 0..<side {
        var sums = transformed.mutableSpan
        for x in 0..<width { sums[x] = 0 }
        for y in 0..<side {
          readLine(top * side + y, into: &line)
          addWeighted(line.span, cosines[v * side + y], to: &sums)
        }
        addEnergies(of: transformed.span, row: v, to: &energies)
      }
    }
    return energies.map { $0 / Double(columns * rows) }
  }

  private func readLine(_ y: Int, into line: inout [Float]) {
    let start = row(Self.mirrored(y, size.height)).lowerBound
    if line.count <= size.width {
      var target = line.mutableSpan
      widen(samples.span.extracting(start..<start + target.count), into: &target)
    } else {
      for x in line.indices { line[x] = Float(samples[start + Self.mirrored(x, size.width)]) }
    }
  }
}

private func widen(_ source: Span<Int16>, into target: inout MutableSpan<Float>) {
  let count = target.count
  precondition(source.count == count)
  for x in 0..<count { target[x] = Float(source[x]) }
}

/// The transform along the row, block after block, with all eight frequencies in the lanes of one vector.
private func addEnergies(of line: Span<Float>, row v: Int, to energies: inout [Double]) {
  var basis: [SIMD8<Float>] = []
  for x in 0..<side { basis.append(SIMD8((0..<side).map { cosines[$0 * side + x] })) }
  var total = SIMD8<Float>.zero
  for start in stride(from: 0, to: line.count, by: side) {
    var sum = SIMD8<Float>.zero
    for x in 0..<side { sum += basis[x] * line[start + x] }
    total += sum * sum
  }
  for u in 0..<side { energies[v * side + u] += Double(total[u]) }
}
