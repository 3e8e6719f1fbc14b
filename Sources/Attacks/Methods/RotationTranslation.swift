import Common
import Pixels
import RealModule

/// Rotation and translation (Engstrom, Tran, Tsipras, Schmidt, Madry 2019): over a grid, the smallest changes first, or drawn at
/// random. What comes in from outside is black, as in the paper.
package struct RotationTranslation: Attack {
  package static let kind = AttackKind(
    .spatial, "rotation and translation", source: "Engstrom et al. 2019", leastSight: .labels, profitsFromScores: false,
    beginsAtOthers: false,
    parameters: [degreesParameter, shiftParameter, searchParameter]
  ) {
    RotationTranslation(
      degrees: $0.number(degreesParameter), shift: $0.number(shiftParameter),
      search: $0.choice(searchParameter, as: Search.self))
  }
  private static let degreesParameter = Parameter.number(
    "degrees", 0...180, default: 30, "largest rotation to either side")
  private static let shiftParameter = Parameter.number(
    "shift", 0...0.5, default: 0.1, "largest translation, as a part of the side")
  private static let searchParameter = Parameter.choice(
    "search", default: Search.grid, "31 rotations with 5 × 5 translations, or any")

  /// Which motions are tried.
  package enum Search: String, Sendable, CaseIterable {
    /// Those of a grid, the smallest first.
    case grid
    /// Any, at random.
    case random
  }

  let degrees: Double
  let shift: Double
  let search: Search

  package init(degrees: Double = 30, shift: Double = 0.1, search: Search = .grid) {
    self.degrees = degrees
    self.shift = shift
    self.search = search
  }

  package var limit: DistanceLimit { .none }

  package func run(
    _ oracle: Oracle, starts: [Picture], random: inout RandomNumbers
  ) async throws(SluiceError) {
    let original = oracle.original
    switch search {
    case .random:
      try await oracle.askInTurn(0...) { _ in
        Motion(
          degrees: random.number(in: -degrees...degrees), x: random.number(in: -shift...shift),
          y: random.number(in: -shift...shift)
        ).applied(to: original)
      }
    case .grid:
      let grid = grid
      try await oracle.askInTurn(grid.indices) { grid[$0].applied(to: original) }
    }
  }

  private static let rotations = 15
  private static let translations = 2

  /// The smallest changes first, without none at all.
  private var grid: [Motion] {
    var motions: [(size: Double, motion: Motion)] = []
    for turn in -Self.rotations...Self.rotations {
      for x in -Self.translations...Self.translations {
        for y in -Self.translations...Self.translations where (turn, x, y) != (0, 0, 0) {
          let parts = (
            Double(turn) / Double(Self.rotations), Double(x) / Double(Self.translations),
            Double(y) / Double(Self.translations)
          )
          motions.append(
            (
              parts.0 * parts.0 + parts.1 * parts.1 + parts.2 * parts.2,
              Motion(degrees: parts.0 * degrees, x: parts.1 * shift, y: parts.2 * shift)
            ))
        }
      }
    }
    let order = motions.indices.sorted { (motions[$0].size, $0) < (motions[$1].size, $1) }
    return order.map { motions[$0].motion }
  }
}

/// A rotation about the middle and a translation after it, in parts of the sides.
struct Motion {
  let degrees: Double
  let x: Double
  let y: Double

  /// Bilinear between samples, black outside.
  ///
  /// - Complexity: O(samples).
  func applied(to picture: Picture) -> Picture {
    let (width, height, channels) = (picture.size.width, picture.size.height, picture.channels.rawValue)
    let angle = degrees * Double.pi / 180
    let (cosine, sine) = (Double.cos(angle), Double.sin(angle))
    let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
    let (shiftX, shiftY) = (x * Double(width), y * Double(height))
    var samples = [UInt8](repeating: 0, count: picture.samples.count)
    for row in 0..<height {
      for column in 0..<width {
        let (fromX, fromY) = (Double(column) - middleX - shiftX, Double(row) - middleY - shiftY)
        let sourceX = cosine * fromX + sine * fromY + middleX
        let sourceY = -sine * fromX + cosine * fromY + middleY
        let (left, top) = (sourceX.rounded(.down), sourceY.rounded(.down))
        guard left > -2, top > -2, left < Double(width), top < Double(height) else { continue }
        for channel in 0..<channels {
          func sample(_ x: Int, _ y: Int) -> Double {
            (0..<width).contains(x) && (0..<height).contains(y)
              ? Double(picture.samples[(y * width + x) * channels + channel]) : 0
          }
          let (partX, partY) = (sourceX - left, sourceY - top)
          let (x, y) = (Int(left), Int(top))
          let upper = sample(x, y) * (1 - partX) + sample(x + 1, y) * partX
          let lower = sample(x, y + 1) * (1 - partX) + sample(x + 1, y + 1) * partX
          samples[(row * width + column) * channels + channel] = UInt8(
            max(0, min(255, (upper * (1 - partY) + lower * partY).rounded())))
        }
      }
    }
    return picture.with(samples)
  }
}
