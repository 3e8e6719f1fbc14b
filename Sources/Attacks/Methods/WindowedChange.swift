import Pixels

/// A change in levels of a given length, whose parts can be moved from window to window (Andriushchenko et al. 2020, 4.2).
struct WindowedChange {
  private(set) var values: [Float]
  private let size: PixelSize
  private let channels: Int
  private let length: Double

  /// No change yet, of a picture of this size.
  init(_ picture: Picture, length: Double) {
    values = [Float](repeating: 0, count: picture.samples.count)
    size = picture.size
    channels = picture.channels.rawValue
    self.length = length
  }

  /// Bumps in a grid of five by five, each channel up or down.
  mutating func tile(_ random: inout RandomNumbers) {
    let side = max(1, min(size.width, size.height) / 5)
    for top in stride(from: 0, through: size.height - side, by: side) {
      for left in stride(from: 0, through: size.width - side, by: side) {
        let bump = Self.bumps(side, &random)
        for channel in 0..<channels {
          let sign = random.sign()
          for place in 0..<side * side { values[index(left, top, place, side, channel)] += sign * bump[place] }
        }
      }
    }
    scale()
  }

  /// Leaves the part of the change that the picture can take: length that was lost at black and white is spent again.
  mutating func clip(to picture: Picture) {
    for place in values.indices {
      let level = Float(picture.samples[place])
      values[place] = max(-level, min(255 - level, values[place]))
    }
  }

  /// Takes a window's change away and spends it, and what is left of the permitted length, on bumps in another one.
  mutating func move(side: Int, _ random: inout RandomNumbers) {
    let to = window(side, &random)
    let from = window(side, &random)
    let unspent = max(0, length * length - squares(values)) / Double(channels)
    let bump = Self.bumps(side, &random)
    for channel in 0..<channels {
      let freed = energy(to, side, channel) + energy(from, side, channel, outside: to)
      let old = energy(to, side, channel).squareRoot()
      let sign = random.sign()
      var new = [Float](repeating: 0, count: side * side)
      for place in new.indices {
        let before = values[index(to.left, to.top, place, side, channel)]
        new[place] = sign * bump[place] + (old > 0 ? before / Float(old) : 0)
      }
      for place in new.indices { values[index(from.left, from.top, place, side, channel)] = 0 }
      let norm = squares(new).squareRoot()
      let factor = norm > 0 ? Float((unspent + freed).squareRoot() / norm) : 0
      for place in new.indices { values[index(to.left, to.top, place, side, channel)] = new[place] * factor }
    }
    scale()
  }

  private typealias Window = (left: Int, top: Int)

  private func window(_ side: Int, _ random: inout RandomNumbers) -> Window {
    (random.index(below: size.width - side + 1), random.index(below: size.height - side + 1))
  }

  /// The sum of squares in a window, without what another window covers as well.
  private func energy(_ window: Window, _ side: Int, _ channel: Int, outside other: Window? = nil) -> Double {
    var sum = 0.0
    for place in 0..<side * side {
      if let other {
        let (x, y) = (window.left + place % side, window.top + place / side)
        if (other.left..<other.left + side).contains(x), (other.top..<other.top + side).contains(y) { continue }
      }
      let value = Double(values[index(window.left, window.top, place, side, channel)])
      sum += value * value
    }
    return sum
  }

  private func index(_ left: Int, _ top: Int, _ place: Int, _ side: Int, _ channel: Int) -> Int {
    ((top + place / side) * size.width + left + place % side) * channels + channel
  }

  private func squares(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }

  private mutating func scale() {
    let factor = squares(values)
    guard factor > 0 else { return }
    let scale = Float(length / factor.squareRoot())
    for index in values.indices { values[index] *= scale }
  }

  /// A bump of one sign beside one of the other, upright or lying, of length 1.
  static func bumps(_ side: Int, _ random: inout RandomNumbers) -> [Float] {
    let upper = max(1, side / 2)
    var values = bump(rows: upper, columns: side)
    if side > upper { values += bump(rows: side - upper, columns: side).map { -$0 } }
    let length = Float(Projection.length(values))
    if length > 0 { for index in values.indices { values[index] /= length } }
    guard random.sign() > 0 else { return values }
    return values.indices.map { values[$0 % side * side + $0 / side] }
  }

  /// Highest in the middle, falling with the inverse squares of the distance.
  private static func bump(rows: Int, columns: Int) -> [Float] {
    let (middleRow, middleColumn) = (rows / 2, columns / 2)
    let reach = max(middleRow, middleColumn)
    // The sum of 1/k² from the distance on.
    var heights = [Float](repeating: 0, count: reach + 2)
    for distance in stride(from: reach, through: 0, by: -1) {
      heights[distance] = heights[distance + 1] + 1 / Float((distance + 1) * (distance + 1))
    }
    return (0..<rows * columns).map { place in
      heights[max(abs(place / columns - middleRow), abs(place % columns - middleColumn))]
    }
  }
}
