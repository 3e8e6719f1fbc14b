/// Brings changes to what a file can hold, 8 bits a sample, within a limit that still holds afterwards.
enum Projection {
  /// The original with `change` added, in levels, and no sample further than `epsilon` levels away.
  ///
  /// - Complexity: O(samples).
  static func withinLinf(_ original: Picture, _ change: [Float], epsilon: Float) -> Picture {
    precondition(change.count == original.samples.count)
    let whole = epsilon.rounded(.down)
    return original.with(
      change.indices.map { index in
        let level = Float(original.samples[index]) + max(-whole, min(whole, change[index].rounded()))
        return UInt8(max(0, min(255, level)))
      })
  }

  /// The original with `change` added, in levels, and not further than `epsilon` away in L2, in units of [0, 1].
  ///
  /// Rounding may lengthen a change: it is then shortened until it fits, and at last rounded towards the original, which
  /// never lengthens.
  ///
  /// - Complexity: O(samples), up to `tries` times.
  static func withinL2(_ original: Picture, _ change: [Float], epsilon: Double) -> Picture {
    precondition(change.count == original.samples.count)
    let limit = epsilon * 255
    let length = length(change)
    guard length > 0 else { return original }
    var scale = min(1, limit / length)
    for attempt in 0..<tries {
      let picture = original.with(rounded(original, change, Float(scale), towardsZero: attempt == tries - 1))
      if Distances(picture, original).l2 <= epsilon { return picture }
      scale *= 0.98
    }
    return original
  }

  private static let tries = 12

  private static func rounded(_ original: Picture, _ change: [Float], _ scale: Float, towardsZero: Bool) -> [UInt8] {
    let rule: FloatingPointRoundingRule = towardsZero ? .towardZero : .toNearestOrAwayFromZero
    return change.indices.map { index in
      UInt8(max(0, min(255, Float(original.samples[index]) + (change[index] * scale).rounded(rule))))
    }
  }

  /// The Euclidean length.
  static func length(_ values: [Float]) -> Double {
    var sum = 0.0
    for value in values { sum += Double(value) * Double(value) }
    return sum.squareRoot()
  }

  /// Any samples as a picture, cut off at black and white.
  static func picture(_ original: Picture, _ samples: [Float]) -> Picture {
    original.with(samples.map { UInt8(max(0, min(255, $0.rounded()))) })
  }

  /// What a picture has more or less than the original, in levels.
  static func change(_ picture: Picture, _ original: Picture) -> [Float] {
    picture.samples.indices.map { Float(picture.samples[$0]) - Float(original.samples[$0]) }
  }
}
