/// How well scores tell adversarial from clean images, at every threshold at once.
package struct RankStatistics: Sendable {
  /// A threshold's false and true positive rate.
  package struct Point: Sendable, Hashable {
    package let falsePositives: Double
    package let truePositives: Double
  }

  private let clean: [Double]
  private let adversarial: [Double]

  /// - Parameters:
  ///   - clean, adversarial: scores; an abstention ranks below every score.
  /// - Complexity: O(n log n).
  package init(clean: [Double?], adversarial: [Double?]) {
    self.clean = clean.map { $0 ?? -.infinity }.sorted(by: >)
    self.adversarial = adversarial.map { $0 ?? -.infinity }.sorted(by: >)
  }

  /// Adversarial images that several fits gave scores, each compared with what the same fit says of the clean images: scores of
  /// one fit mean nothing among those of another, but the share of clean images that they exceed does.
  ///
  /// - Precondition: as many clean images in each.
  /// - Complexity: O(n log n).
  package init(fits: [(clean: [Double?], adversarial: [Double?])]) {
    guard fits.count > 1 else {
      self.init(clean: fits.first?.clean ?? [], adversarial: fits.first?.adversarial ?? [])
      return
    }
    precondition(fits.allSatisfy { $0.clean.count == fits[0].clean.count })
    let places: [Double?] = fits.flatMap { fit -> [Double?] in
      let clean: [Double] = fit.clean.map { $0 ?? -.infinity }.sorted()
      // Between the clean images above it and below it; in the middle of those that score the same.
      return fit.adversarial.map { score -> Double? in
        let (below, notAbove) = clean.counts(upTo: score ?? -.infinity)
        return Double(below + notAbove) / 2 - Double(clean.count)
      }
    }
    self.init(clean: fits[0].clean.indices.map { -Double($0) - 0.5 }, adversarial: places)
  }

  /// From (0, 0) to (1, 1), a point for each threshold that changes something.
  package var curve: [Point] {
    var points = [Point(falsePositives: 0, truePositives: 0)]
    guard !clean.isEmpty, !adversarial.isEmpty else { return points }
    var (false_, true_) = (0, 0)
    while false_ < clean.count || true_ < adversarial.count {
      let threshold = max(
        false_ < clean.count ? clean[false_] : -.infinity, true_ < adversarial.count ? adversarial[true_] : -.infinity)
      while false_ < clean.count, clean[false_] >= threshold { false_ += 1 }
      while true_ < adversarial.count, adversarial[true_] >= threshold { true_ += 1 }
      points.append(
        Point(
          falsePositives: Double(false_) / Double(clean.count), truePositives: Double(true_) / Double(adversarial.count)
        ))
    }
    return points
  }

  /// The chance that an adversarial image scores higher than a clean one, ties counted half (Mann, Whitney 1947); `nil`
  /// without images of both.
  package var areaUnderCurve: Double? {
    guard !clean.isEmpty, !adversarial.isEmpty else { return nil }
    let points = curve
    return zip(points, points.dropFirst()).reduce(0) { area, pair in
      area + (pair.1.falsePositives - pair.0.falsePositives) * (pair.0.truePositives + pair.1.truePositives) / 2
    }
  }
}

extension [Double] {
  /// How many elements of a sorted array are below a value, and how many are not above it.
  fileprivate func counts(upTo value: Double) -> (below: Int, notAbove: Int) {
    func place(_ isBefore: (Double) -> Bool) -> Int {
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return (place { $0 < value }, place { $0 <= value })
  }
}
