import Pixels

/// Definitions written down pixel by pixel, to compare the detectors with.
struct NaivePlane {
  let width: Int
  let height: Int
  let values: [Double]

  init(width: Int, height: Int, _ value: (Int, Int) -> Double) {
    self.width = width
    self.height = height
    values = (0..<width * height).map { value($0 % width, $0 / width) }
  }

  /// A value made of the samples of each pixel.
  init(_ image: borrowing PixelImage, _ value: ([Double]) -> Double) {
    let (samples, depth, columns) = (image.array.map(Double.init), image.channels.rawValue, image.size.width)
    self.init(width: columns, height: image.size.height) { x, y in
      let start = (y * columns + x) * depth
      return value(Array(samples[start..<start + depth]))
    }
  }

  static func redLessGreen(_ image: borrowing PixelImage) -> NaivePlane { NaivePlane(image) { $0[0] - $0[1] } }

  static func blueLessGreen(_ image: borrowing PixelImage) -> NaivePlane { NaivePlane(image) { $0[2] - $0[1] } }

  static func green(_ image: borrowing PixelImage) -> NaivePlane { NaivePlane(image) { $0[1] } }

  static func brightness(_ image: borrowing PixelImage) -> NaivePlane {
    NaivePlane(image.converted(to: .gray)) { $0[0] }
  }

  /// The value at any position, mirrored with the edge repeated.
  subscript(x: Int, y: Int) -> Double {
    func mirrored(_ position: Int, _ length: Int) -> Int {
      var position = position
      while position < 0 || position >= length { position = position < 0 ? -1 - position : 2 * length - 1 - position }
      return position
    }
    return values[mirrored(y, height) * width + mirrored(x, width)]
  }

  /// Columns and rows exchanged.
  var transposed: NaivePlane { NaivePlane(width: height, height: width) { x, y in self[y, x] } }

  func filtered(_ kernel: [[Double]]) -> NaivePlane {
    let reach = kernel.count / 2
    return NaivePlane(width: width, height: height) { x, y in
      var sum = 0.0
      for (dy, line) in kernel.enumerated() {
        for (dx, weight) in line.enumerated() { sum += weight * self[x + dx - reach, y + dy - reach] }
      }
      return sum
    }
  }

  var residual: NaivePlane {
    filtered(
      [[-1, 2, -2, 2, -1], [2, -6, 8, -6, 2], [-2, 8, -12, 8, -2], [2, -6, 8, -6, 2], [-1, 2, -2, 2, -1]]
        .map { $0.map { $0 / 12 } })
  }

  /// The mean of each block of a grid of blocks of 8 pixels or somewhat more.
  var blockMagnitudes: [Double] {
    let (columns, rows) = (max(1, width / 8), max(1, height / 8))
    return (0..<rows).flatMap { row in
      (0..<columns).map { column in
        meanMagnitude(
          column * width / columns..<(column + 1) * width / columns, row * height / rows..<(row + 1) * height / rows)
      }
    }
  }

  func meanMagnitude(_ columns: Range<Int>, _ rows: Range<Int>) -> Double {
    let sum = rows.flatMap { y in columns.map { x in abs(self[x, y]) } }.reduce(0, +)
    return sum / Double(columns.count * rows.count)
  }
}
