import Pixels

/// Non-local means of planes that share their weights (Buades, Coll, Morel 2005, "A non-local algorithm for image
/// denoising"): each sample becomes the mean of those around it, weighted by how alike the patches around both are.
///
/// Two patches are as alike seen from one as from the other, so a pair of samples is compared once and adds to the
/// sums of both. `Sum` holds the squared differences of a patch.
struct WeightedPairs<Sum: FixedWidthInteger & UnsignedInteger> {
  private let source: SamplePlanes
  private let padded: SamplePlanes
  private let weights: NonLocalMeansWeights
  private let width: Int
  private let height: Int
  private let area: Int
  private let reach: Int
  private let patch: Int

  /// - Precondition: there are one or two planes.
  init(_ source: SamplePlanes, weights: NonLocalMeansWeights, search: Int, patch: Int) {
    precondition(1...2 ~= source.count)
    self.source = source
    self.weights = weights
    (width, height, area) = (source.size.width, source.size.height, source.size.area)
    self.patch = patch
    reach = search / 2
    // First samples of pairs lie up to the reach outside the image, second samples as far again.
    padded = source.mirroringBorder(search / 2 * 2 + patch / 2)
  }

  private var border: Int { 2 * reach + patch / 2 }

  /// Every sample's weighted mean.
  ///
  /// - Complexity: O(pixels · search² · patch).
  func means() -> SamplePlanes {
    // The sums of weights, then for each plane those of weighted samples; every sample is its own neighbour.
    var sums = [UInt32](repeating: weights.table[0], count: area * (1 + source.count))
    var sumSpan = sums.mutableSpan
    let samples = source.allSamples
    for index in 0..<samples.count { sumSpan[area + index] = UInt32(samples[index]) &* weights.table[0] }
    for down in 0...reach { addPairs(down: down, to: &sumSpan) }
    return quotients(sumSpan.span)
  }

  /// Adds to both samples of every pair whose second is `down` rows below its first.
  private func addPairs(down: Int, to sums: inout MutableSpan<UInt32>) {
    let rights = [Int]((down == 0 ? 1 : -reach)..<reach + 1)
    // First samples lie in columns -reach ..< width + reach.
    let (pairs, length) = (width + 2 * reach, width + 2 * reach + patch - 1)
    let (forwardColumns, backwardColumns) = (rights.map { border + $0 }, rights.map { border - $0 })
    let forward = rights.indices.map { $0 * pairs + reach }
    let backward = rights.indices.map { $0 * pairs + reach - rights[$0] }
    var differenceRows = [Sum](repeating: 0, count: rights.count * patch * length)
    var columnSumRow = [Sum](repeating: 0, count: length)
    var distanceRow = [Sum](repeating: 0, count: pairs)
    var weightRows = [UInt32](repeating: 0, count: rights.count * pairs)
    var differences = differenceRows.mutableSpan
    var columnSums = columnSumRow.mutableSpan
    var distances = distanceRow.mutableSpan
    var pairWeights = weightRows.mutableSpan
    for lowest in -down - patch / 2..<height + patch / 2 {
      let y = lowest - patch / 2
      for index in rights.indices {
        let rows = index * patch * length..<(index + 1) * patch * length
        let place = rows.lowerBound + (lowest + border) % patch * length
        compareSamples(row: lowest, right: rights[index], down: down, into: &differences, at: place)
        guard y >= -down else { continue }
        sum(patch, of: differences.span.extracting(rows), spacing: length, into: &columnSums)
        sum(patch, of: columnSums.span, spacing: 1, into: &distances)
        scaleDistances(&distances, shift: weights.shift, last: weights.table.count - 1)
        lookUp(distances.span, in: weights.table.span, into: &pairWeights, at: index * pairs)
      }
      if y >= 0 {
        add(row: y + down, forwardColumns, pairWeights.span, forward, to: &sums, row: y)
      }
      if y >= -down, y + down < height {
        add(row: y, backwardColumns, pairWeights.span, backward, to: &sums, row: y + down)
      }
    }
  }

  /// Squared differences between a row and the one that lies `right` and `down`, from `start` on.
  private func compareSamples(
    row y: Int, right: Int, down: Int, into differences: inout MutableSpan<Sum>, at start: Int
  ) {
    let near = reach..<width + 3 * reach + patch - 1
    let far = near.lowerBound + right..<near.upperBound + right
    let (upper, lower) = (y + border, y + border + down)
    let (a, b) = (padded.row(upper, plane: 0).extracting(near), padded.row(lower, plane: 0).extracting(far))
    if source.count == 1 {
      squareDifferences(a, b, into: &differences, at: start)
    } else {
      let (c, d) = (padded.row(upper, plane: 1).extracting(near), padded.row(lower, plane: 1).extracting(far))
      squareDifferences(a, b, and: c, d, into: &differences, at: start)
    }
  }

  /// Adds the weights, and the samples of a row times their weights, to the sums of row `y`; each from its columns on.
  private func add(
    row: Int, _ columns: [Int], _ weights: Span<UInt32>, _ positions: [Int], to sums: inout MutableSpan<UInt32>,
    row y: Int
  ) {
    addWeights(weights, at: positions, count: width, to: &sums, from: y * width)
    for plane in 0..<source.count {
      let values = padded.row(row + border, plane: plane)
      addWeighted(
        values, at: columns, weights, at: positions, count: width, to: &sums, from: (1 + plane) * area + y * width)
    }
  }

  private func quotients(_ sums: Span<UInt32>) -> SamplePlanes {
    var result = SamplePlanes(size: source.size, count: source.count)
    var target = result.mutableSamples
    let weightSums = sums.extracting(0..<area)
    for plane in 0..<source.count {
      let valueSums = sums.extracting((1 + plane) * area..<(2 + plane) * area)
      divide(valueSums, by: weightSums, into: &target, at: plane * area)
    }
    return result
  }
}
