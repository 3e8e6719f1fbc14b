import Pixels

extension PixelImage {
  /// The image resampled to `target` without antialiasing, byte for byte as OpenCV's `resize` with `INTER_LINEAR` on 8-bit
  /// pictures: each output position mixes the two nearest source samples along each axis, however much is left out between
  /// positions. Weights have 11 bits. TensorFlow's `resize` without antialiasing mixes the same samples, unrounded.
  ///
  /// It is here for models that were trained on such pictures. Most samples of a large picture are never read, which is
  /// what image-scaling attacks live on (Quiring et al. 2020).
  ///
  /// - Parameters:
  ///   - region: the part of the result to compute; `nil` for all of it.
  ///   - change: made to each row of the source as it is read; a row may be read twice.
  /// - Precondition: `region` lies within `target`.
  /// - Complexity: O(region area), and O(source width) for each row that is read.
  package borrowing func resizedWithoutFilter(
    to target: PixelSize, region: PixelRegion? = nil, changing change: RowChange = { _, _ in }
  ) -> PixelImage {
    let region = region ?? PixelRegion(x: 0, y: 0, size: target)
    precondition(region.lies(within: target), "the region lies within the resized image")
    let columns = UnfilteredTaps(source: size.width, target: target.width, outputs: region.columns, stopsAtEdges: true)
    let rows = UnfilteredTaps(source: size.height, target: target.height, outputs: region.rows, stopsAtEdges: false)
    if size == target { return cropped(to: region, changing: change) }
    var result = PixelImage(size: region.size, channels: channels)
    var source = MixedRows(channels, columns)
    for line in 0..<region.size.height {
      let first = min(max(rows.places[line], 0), size.height - 1)
      let second = min(max(rows.places[line] + 1, 0), size.height - 1)
      let upper = source.mixed(first, of: self, change)
      let lower = source.mixed(second, of: self, change)
      var output = result.mutableRow(line)
      let (near, far) = (rows.nearWeights[line], rows.farWeights[line])
      for index in 0..<output.count {
        // The order of the shifts is OpenCV's, whose vector code halves precision between the two products.
        let sum = ((near * (upper[index] >> 4)) >> 16) + ((far * (lower[index] >> 4)) >> 16) + 2
        output[index] = UInt8(truncatingIfNeeded: min(255, max(0, sum >> 2)))
      }
    }
    return result
  }
}

/// Where each output position of an axis lies among the source samples.
struct UnfilteredTaps {
  /// A weight of one.
  static let one = 1 << 11
  /// The nearer of the two source samples to the left or top.
  let places: [Int]
  /// How much of it and of the next sample is mixed, in units of `one`; each is rounded by itself.
  let nearWeights: [Int]
  let farWeights: [Int]

  /// - Parameters:
  ///   - stopsAtEdges: whether positions beyond the outer samples take those alone. OpenCV does so along rows; along columns
  ///     it mixes the outer sample with itself, which rounds differently.
  init(source: Int, target: Int, outputs: Range<Int>, stopsAtEdges: Bool) {
    var places: [Int] = []
    var near: [Int] = []
    var far: [Int] = []
    // The factor that OpenCV divides by is the inverse of the quotient, which may differ in the last bit.
    let scale = 1 / (Double(target) / Double(source))
    for output in outputs {
      var position = Float((Double(output) + 0.5) * scale - 0.5)
      var place = Int(position.rounded(.down))
      position -= Float(place)
      if stopsAtEdges, place < 0 { (place, position) = (0, 0) }
      if stopsAtEdges, place >= source - 1 { (place, position) = (source - 1, 0) }
      places.append(place)
      near.append(Int(((1 - position) * Float(Self.one)).rounded(.toNearestOrEven)))
      far.append(Int((position * Float(Self.one)).rounded(.toNearestOrEven)))
    }
    self.places = places
    (nearWeights, farWeights) = (near, far)
  }
}

/// Rows of a source mixed along the columns; the last two are kept, because neighbouring outputs share them.
private struct MixedRows {
  private let depth: Int
  private let columns: UnfilteredTaps
  private var kept: [(y: Int, values: [Int])] = []
  private var row: [UInt8] = []

  init(_ channels: PixelChannels, _ columns: UnfilteredTaps) {
    depth = channels.rawValue
    self.columns = columns
  }

  mutating func mixed(_ y: Int, of image: borrowing PixelImage, _ change: RowChange) -> [Int] {
    if let known = kept.first(where: { $0.y == y }) { return known.values }
    row = [UInt8](repeating: 0, count: image.rowLength)
    var copy = row.mutableSpan
    copy.copy(from: image.row(y))
    change(&copy, RowPlace(y: y, left: 0))
    var values: [Int] = []
    values.reserveCapacity(columns.places.count * depth)
    for (index, place) in columns.places.enumerated() {
      let next = min(place + 1, image.size.width - 1)
      let (near, far) = (columns.nearWeights[index], columns.farWeights[index])
      for channel in 0..<depth {
        values.append(Int(row[place * depth + channel]) * near + Int(row[next * depth + channel]) * far)
      }
    }
    if kept.count == 2 { kept.removeFirst() }
    kept.append((y, values))
    return values
  }
}
