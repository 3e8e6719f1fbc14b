import Pixels

/// How far one picture is from another, as the papers measure it: samples in units of [0, 1].
package struct Distances: Sendable, Hashable {
  /// The share of pixels in which a channel differs.
  package var l0: Double
  package var l2: Double
  package var linf: Double

  package init(l0: Double, l2: Double, linf: Double) {
    self.l0 = l0
    self.l2 = l2
    self.linf = linf
  }

  /// - Precondition: both have the same size and channels.
  /// - Complexity: O(samples).
  package init(_ first: Picture, _ second: Picture) {
    precondition(first.size == second.size && first.channels == second.channels)
    let channels = first.channels.rawValue
    var (changed, squares, largest) = (0, 0, 0)
    for pixel in 0..<first.size.area {
      var differs = false
      for index in pixel * channels..<(pixel + 1) * channels {
        let difference = abs(Int(first.samples[index]) - Int(second.samples[index]))
        squares += difference * difference
        largest = max(largest, difference)
        differs = differs || difference > 0
      }
      if differs { changed += 1 }
    }
    l0 = Double(changed) / Double(first.size.area)
    l2 = Double(squares).squareRoot() / 255
    linf = Double(largest) / 255
  }
}

/// How far a success may be from the original.
package enum DistanceLimit: Sendable, Hashable {
  /// In 8-bit levels, of the largest change of a sample.
  case linf(Double)
  /// In units of [0, 1].
  case l2(Double)
  /// Geometric changes and controls have no limit in these norms; their distance is the L2 one.
  case none

  /// In the limit's own unit.
  func distance(_ first: Picture, _ second: Picture) -> Double {
    let distances = Distances(first, second)
    return switch self {
    case .linf: (distances.linf * 255).rounded()
    case .l2, .none: distances.l2
    }
  }

  func permits(_ distance: Double) -> Bool {
    switch self {
    case .linf(let limit), .l2(let limit): distance <= limit
    case .none: true
    }
  }
}
