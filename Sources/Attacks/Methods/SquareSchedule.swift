import Common

/// The side of the square that the Square attack changes: it shrinks as the budget is spent (Andriushchenko et al. 2020, 4.1).
struct SquareSchedule {
  /// The share of pixels that the first squares change.
  let initial: Double
  /// The shorter side of the picture.
  let side: Int
  let area: Int

  /// Shares of a budget after which the area is halved; the paper gives them for 10,000 queries.
  private static let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].map { Double($0) / 10000 }

  /// - Parameters:
  ///   - spent: the part of the budget that is spent, 0…1.
  /// - Returns: 1 to one less than the picture's side.
  func side(spent: Double) -> Int {
    var share = initial
    for point in Self.halvings where spent > point { share /= 2 }
    let side = Int((share * Double(area)).squareRoot().rounded())
    return max(1, min(max(1, self.side - 1), side))
  }

  static func parameter(default share: Double) -> Parameter {
    .number("share", 0.0001...1, default: share, "share of the pixels that the first squares change")
  }
}
