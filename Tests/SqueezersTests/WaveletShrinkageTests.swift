import Squeezers
import TestSupport
import Testing

struct WaveletShrinkageTests {
  private typealias Grid = [[Double]]

  private func transposed(_ grid: Grid) -> Grid { grid[0].indices.map { x in grid.map { $0[x] } } }

  /// Half sums and half differences along each row.
  private func split(_ grid: Grid, _ distance: Int) -> (sums: Grid, differences: Grid) {
    func combined(_ combine: (Double, Double) -> Double) -> Grid {
      grid.map { row in
        row.indices.map { combine(row[$0], $0 + distance < row.count ? row[$0 + distance] : row[$0]) / 2 }
      }
    }
    return (combined(+), combined(-))
  }

  private func join(_ sums: Grid, _ differences: Grid, _ distance: Int) -> Grid {
    zip(sums, differences).map { sum, difference in
      sum.indices.map { x in
        let own = sum[x] + difference[x]
        return x < distance ? own : (own + sum[x - distance] - difference[x - distance]) / 2
      }
    }
  }

  private func shrunk(_ grid: Grid, level: Int, levels: Int, strength: Double) -> Grid {
    guard level < levels else { return grid }
    let distance = 1 << level
    let threshold = strength / Double(distance)
    func soft(_ grid: Grid) -> Grid { grid.map { $0.map { max(abs($0) - threshold, 0) * ($0 < 0 ? -1 : 1) } } }
    let (low, high) = split(grid, distance)
    let (ll, lh) = split(transposed(low), distance)
    let (hl, hh) = split(transposed(high), distance)
    let coarse = transposed(shrunk(transposed(ll), level: level + 1, levels: levels, strength: strength))
    return join(
      transposed(join(coarse, soft(lh), distance)), transposed(join(soft(hl), soft(hh), distance)), distance)
  }

  @Test(arguments: 1...3, [0.5, 10, 64])
  func agreesWithTheDefinition(levels: Int, strength: Double) {
    for shape in TestShape.all(upTo: 5) {
      let image = shape.noise()
      let (samples, depth) = (image.array, shape.channels.rawValue)
      let result = WaveletShrinkage(strength: strength, levels: levels).squeeze(image).array
      for channel in 0..<depth {
        let grid = (0..<shape.height).map { y in
          (0..<shape.width).map { Double(samples[(y * shape.width + $0) * depth + channel]) }
        }
        let expected = shrunk(grid, level: 0, levels: levels, strength: strength).flatMap { $0 }
        for (index, value) in expected.enumerated() {
          let difference = abs(Double(result[index * depth + channel]) - min(max(value, 0), 255))
          #expect(difference <= 0.501, "\(shape)")
        }
      }
    }
  }
}
