import Pixels

extension PixelImage {
  /// The image scaled to `target` without antialiasing.
  ///
  /// `bicubic` and `nearest` are TensorFlow's `tf.image.resize` with half-pixel centres and `antialias` off; its
  /// floating-point results are rounded to 8 bits here.
  ///
  /// - Parameters:
  ///   - region: the part of the result to compute; `nil` for all of it.
  ///   - change: made to each row of the source as it is read; a row may be read several times.
  /// - Precondition: `region` lies within `target`.
  /// - Complexity: O(region area), and O(source width) for each row that is read.
  package borrowing func sampled(
    to target: PixelSize, kernel: SampleKernel, region: PixelRegion? = nil,
    changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    let region = region ?? PixelRegion(x: 0, y: 0, size: target)
    precondition(region.lies(within: target), "the region lies within the resized image")
    if kernel == .bilinear { return resizedWithoutFilter(to: target, region: region, changing: change) }
    let columns = SampledTaps(source: size.width, target: target.width, outputs: region.columns, kernel)
    let rows = SampledTaps(source: size.height, target: target.height, outputs: region.rows, kernel)
    var result = PixelImage(size: region.size, channels: channels)
    var source = KeptRows()
    for line in 0..<region.size.height {
      let taps = line * rows.width..<(line + 1) * rows.width
      for place in rows.places[taps] { source.read(place, of: self, change, keeping: rows.width) }
      let taken = rows.places[taps].map { source.row($0) }
      let mixed = columns.mixedRow(taken, weights: Array(rows.weights[taps]), depth: channels.rawValue)
      var output = result.mutableRow(line)
      columns.mix(mixed, depth: channels.rawValue, into: &output)
    }
    return result
  }
}

/// The source samples that each output position of an axis is mixed from, and how much of each.
struct SampledTaps {
  /// How many samples an output position has.
  let width: Int
  /// For each output position: the samples, and their weights, which sum to one.
  private(set) var places: [Int] = []
  private(set) var weights: [Float] = []

  /// TensorFlow looks the cubic up at so many positions between two samples.
  private static let tableSize: Float = 1024

  init(source: Int, target: Int, outputs: Range<Int>, _ kernel: SampleKernel) {
    let scale = Float(source) / Float(target)
    width = kernel == .nearest ? 1 : 4
    for output in outputs {
      let centre = (Float(output) + 0.5) * scale
      if kernel == .nearest {
        places.append(min(source - 1, max(0, Int(centre.rounded(.down)))))
        weights.append(1)
      } else {
        addCubic(centre - 0.5, source)
      }
    }
  }

  /// The samples that all positions of a row are mixed from, each mixed from several rows.
  ///
  /// - Parameters:
  ///   - weights: of the rows, as many.
  func mixedRow(_ rows: [[UInt8]], weights: [Float], depth: Int) -> [Float] {
    var samples = [Float](repeating: 0, count: places.count * depth)
    for (tap, place) in places.enumerated() {
      for channel in 0..<depth {
        for row in rows.indices {
          samples[tap * depth + channel] += weights[row] * Float(rows[row][place * depth + channel])
        }
      }
    }
    return samples
  }

  /// Mixes each position of a row from its samples.
  ///
  /// - Parameters:
  ///   - samples: as `mixedRow` gives them.
  func mix(_ samples: [Float], depth: Int, into output: inout MutableSpan<UInt8>) {
    for place in 0..<output.count {
      let (column, channel) = (place / depth, place % depth)
      var value: Float = 0
      for tap in column * width..<(column + 1) * width { value += weights[tap] * samples[tap * depth + channel] }
      output[place] = UInt8(min(255, max(0, value.rounded(.toNearestOrEven))))
    }
  }

  /// Samples beyond the edges have no weight, and the others have it all.
  private mutating func addCubic(_ position: Float, _ source: Int) {
    let place = Int(position.rounded(.down))
    let offset = ((position - Float(place)) * Self.tableSize).rounded(.toNearestOrEven) / Self.tableSize
    let distances = [1 + offset, offset, 1 - offset, 2 - offset]
    var taps = distances.map(Self.keysCubic)
    for tap in 0..<4 where !(0..<source).contains(place - 1 + tap) { taps[tap] = 0 }
    let total = taps[0] + taps[1] + taps[2] + taps[3]
    for tap in 0..<4 {
      places.append(min(source - 1, max(0, place - 1 + tap)))
      weights.append(taps[tap] / total)
    }
  }

  private static func keysCubic(_ distance: Float) -> Float {
    let x = Double(distance)
    let a = -0.5
    return Float(x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a)
  }
}

/// The rows of a source that were read last.
private struct KeptRows {
  private var kept: [(y: Int, samples: [UInt8])] = []

  mutating func read(_ y: Int, of image: borrowing PixelImage, _ change: RowChange, keeping count: Int) {
    if let place = kept.firstIndex(where: { $0.y == y }) {
      // What is used stays longest.
      kept.append(kept.remove(at: place))
      return
    }
    var row = [UInt8](repeating: 0, count: image.rowLength)
    var copy = row.mutableSpan
    copy.copy(from: image.row(y))
    change(&copy, RowPlace(y: y, left: 0))
    if kept.count == count { kept.removeFirst() }
    kept.append((y, row))
  }

  /// - Precondition: it was among the last that were read.
  func row(_ y: Int) -> [UInt8] {
    guard let row = kept.first(where: { $0.y == y }) else { preconditionFailure("the row was read") }
    return row.samples
  }
}
