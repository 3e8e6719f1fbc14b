import Pixels

/// Makes pictures that a scaler without antialiasing turns into another picture (Xiao et al. 2019).
///
/// Every result pixel is a weighted sum of a few source pixels. The smallest change of those that moves the sum by e is
/// e·w / ‖w‖². Where the pixels of neighbouring sums overlap, or values reach 0 or 255, this is repeated.
package struct ScalingAttackGenerator: Sendable {
  /// A scaler as attackers know it, half-pixel centres.
  package enum Scaler: Sendable, CaseIterable {
    case nearest, bilinear, bicubic
  }

  package let scaler: Scaler

  package init(_ scaler: Scaler) { self.scaler = scaler }

  private typealias Tap = (position: Int, weight: Double)

  /// A picture like `source` that `downscaled(_:to:)` turns into about `target`.
  package func attack(_ source: borrowing PixelImage, target: borrowing PixelImage) -> PixelImage {
    precondition(source.channels == target.channels)
    let (width, depth) = (source.size.width, source.channels.rawValue)
    let (columns, rows) = (taps(width, target.size.width), taps(source.size.height, target.size.height))
    let wanted = target.array
    var values = source.array.map(Double.init)
    for _ in 0..<60 {
      var worst = 0.0
      for (y, vertical) in rows.enumerated() {
        for (x, horizontal) in columns.enumerated() {
          for channel in 0..<depth {
            let pixels: [Tap] = vertical.flatMap { v in
              horizontal.map { ((v.position * width + $0.position) * depth + channel, v.weight * $0.weight) }
            }
            let goal = Double(wanted[(y * columns.count + x) * depth + channel])
            worst = max(worst, move(&values, pixels, towards: goal))
          }
        }
      }
      if worst < 0.25 { break }
    }
    return PixelImage(
      values.map { UInt8($0.rounded()) }, width: width, height: source.size.height, channels: source.channels)
  }

  /// What the scaler makes of a picture.
  package func downscaled(_ image: borrowing PixelImage, to size: PixelSize) -> PixelImage {
    let (width, depth) = (image.size.width, image.channels.rawValue)
    let (columns, rows) = (taps(width, size.width), taps(image.size.height, size.height))
    let values = image.array.map(Double.init)
    var result: [UInt8] = []
    for vertical in rows {
      for horizontal in columns {
        for channel in 0..<depth {
          let value = sum(values, horizontal, vertical, width, depth, channel)
          result.append(UInt8(min(255, max(0, value.rounded()))))
        }
      }
    }
    return PixelImage(result, width: size.width, height: size.height, channels: image.channels)
  }

  private func sum(
    _ values: [Double], _ horizontal: [Tap], _ vertical: [Tap], _ width: Int, _ depth: Int, _ channel: Int
  ) -> Double {
    var total = 0.0
    for (row, v) in vertical {
      for (column, h) in horizontal { total += v * h * values[(row * width + column) * depth + channel] }
    }
    return total
  }

  /// Changes the pixels that still can move so that their weighted sum is the goal, and returns how far it was.
  private func move(_ values: inout [Double], _ pixels: [Tap], towards goal: Double) -> Double {
    let error = goal - pixels.reduce(0) { $0 + values[$1.position] * $1.weight }
    let free = pixels.filter { (error * $0.weight > 0 ? values[$0.position] < 255 : values[$0.position] > 0) }
    let norm = free.reduce(0) { $0 + $1.weight * $1.weight }
    if norm == 0 { return abs(error) }
    for (index, weight) in free {
      values[index] = min(255, max(0, values[index] + error * weight / norm))
    }
    return abs(error)
  }

  private func taps(_ source: Int, _ target: Int) -> [[Tap]] {
    (0..<target).map { output in
      let center = (Double(output) + 0.5) * Double(source) / Double(target)
      if scaler == .nearest { return [(Int(center), 1)] }
      let first = Int((center - 0.5).rounded(.down))
      let rest = center - 0.5 - Double(first)
      let own: [Tap] =
        scaler == .bilinear
        ? [(first, 1 - rest), (first + 1, rest)]
        : (-1...2).map { (first + $0, cubic(abs(Double($0) - rest))) }
      return merged(own.map { (min(max($0.position, 0), source - 1), $0.weight) })
    }
  }

  /// Positions beyond an edge became the edge: one tap for each position.
  private func merged(_ taps: [Tap]) -> [Tap] {
    var result: [Tap] = []
    for tap in taps where tap.weight != 0 {
      if let last = result.indices.last, result[last].position == tap.position {
        result[last].weight += tap.weight
      } else {
        result.append(tap)
      }
    }
    return result
  }

  private func cubic(_ x: Double) -> Double {
    let a = -0.75
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}
