import Foundation

/// Channels of a square picture, and what layers make of them, one number after the other.
struct NaivePlanes {
  let channels: Int
  let side: Int
  var values: [Float]

  private func value(_ channel: Int, _ y: Int, _ x: Int) -> Float {
    guard (0..<side).contains(y), (0..<side).contains(x) else { return 0 }
    return values[(channel * side + y) * side + x]
  }

  private func made(channels: Int, side: Int, _ number: (_ channel: Int, _ y: Int, _ x: Int) -> Float) -> NaivePlanes {
    let values = (0..<channels * side * side).map { number($0 / side / side, $0 / side % side, $0 % side) }
    return NaivePlanes(channels: channels, side: side, values: values)
  }

  func convolved(
    _ weights: [Float], outputs: Int, kernel: Int, padding: Int = 0, step: Int = 1, bias: [Float] = []
  ) -> NaivePlanes {
    made(channels: outputs, side: (side + 2 * padding - kernel) / step + 1) { output, y, x in
      var sum: Float = bias.isEmpty ? 0 : bias[output]
      for channel in 0..<channels {
        for place in 0..<kernel * kernel {
          let (row, column) = (place / kernel, place % kernel)
          let weight = weights[(output * channels + channel) * kernel * kernel + place]
          sum += weight * value(channel, y * step + row - padding, x * step + column - padding)
        }
      }
      return sum
    }
  }

  /// The largest of every two by two.
  var pooled: NaivePlanes {
    made(channels: channels, side: side / 2) { channel, y, x in
      let places = [(0, 0), (0, 1), (1, 0), (1, 1)]
      return places.map { value(channel, 2 * y + $0.0, 2 * x + $0.1) }.max() ?? 0
    }
  }

  var turned: NaivePlanes { made(channels: channels, side: side) { channel, y, x in value(channel, x, y) } }

  func mapped(_ activation: (Float) -> Float) -> NaivePlanes {
    NaivePlanes(channels: channels, side: side, values: values.map(activation))
  }

  /// The first half of the channels times the second.
  var productOfHalves: NaivePlanes {
    let half = values.count / 2
    return NaivePlanes(channels: channels / 2, side: side, values: (0..<half).map { values[$0] * values[half + $0] })
  }

  var means: [Float] {
    (0..<channels).map { channel in
      values[channel * side * side..<(channel + 1) * side * side].reduce(0, +) / Float(side * side)
    }
  }
}
