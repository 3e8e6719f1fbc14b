/// Clean scores, taken apart by where the images come from (Mondrian conformal prediction, Vovk et al. 2005).
///
/// A stratum with too few clean images has no say; its parents have, and all images in the end.
package struct StratifiedDistribution: Sendable, Hashable {
  /// Clean scores of one stratum: all of them, and each kind of image apart where it has enough.
  package struct Stratum: Sendable, Hashable {
    package let all: CleanDistribution
    package let kinds: [String: CleanDistribution]
    /// Those of `kinds`, without the names: p-values ask all of them, for every image several times.
    fileprivate let ofEachKind: [CleanDistribution]

    package init(all: CleanDistribution, kinds: [String: CleanDistribution] = [:]) {
      self.all = all
      self.kinds = kinds
      ofEachKind = kinds.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  package let strata: [String: Stratum]

  /// A stratum of fewer images falls back to its parent, whatever the budget: a rate of 5 % would be known too badly.
  package static let fewestImages = 120
  /// A kind of images has a say where it has so many times the number that the budget needs.
  fileprivate static let kindSurplus = 4

  /// How many times as often as the budget says any one kind of clean image may be flagged; the mixture of all keeps to
  /// the budget. Groups that divide a budget rarely spend all of it, so that kinds stayed near the budget with this much
  /// on photographs that were not calibrated on, and 1.05 lost attacks of small perturbation.
  package static let kindTolerance = 1.5

  package init(strata: [String: Stratum]) {
    self.strata = strata
  }

  /// A clean image's score, and what it is grouped by.
  package struct Sample: Sendable {
    package var score: Double?
    package var origin: ImageOrigin
    /// As it came, or which change was made to it.
    package var kind: String

    package init(score: Double?, origin: ImageOrigin, kind: String) {
      self.score = score
      self.origin = origin
      self.kind = kind
    }
  }

  /// - Parameters:
  ///   - keepsKinds: whether kinds of images are also kept apart.
  /// - Complexity: O(n log n) for each level of strata.
  package init(_ samples: [Sample], keepsKinds: Bool) {
    var members: [String: [Int]] = [:]
    for (index, sample) in samples.enumerated() {
      for stratum in sample.origin.strata { members[stratum, default: []].append(index) }
    }
    strata = members.filter { name, indices in
      name == ImageOrigin.everything || indices.count >= Self.fewestImages
    }.mapValues { indices in
      Stratum(
        all: CleanDistribution(indices.map { samples[$0].score }),
        kinds: keepsKinds ? Self.kinds(indices.map { samples[$0] }) : [:])
    }
  }

  private static func kinds(_ samples: [Sample]) -> [String: CleanDistribution] {
    let grouped = Dictionary(grouping: samples, by: \.kind).filter { $0.value.count >= fewestImages }
    return grouped.count > 1 ? grouped.mapValues { CleanDistribution($0.map(\.score)) } : [:]
  }

  /// How many clean images a p-value needs to come below the budget at all.
  package static func imagesNeeded(for budget: Double) -> Int {
    Int(max(1, min(Double(mostNeeded), (1 / budget).rounded(.up) - 1)))
  }

  /// More than there ever are. A detector with a tiny weight has a part of the budget that would need more than an integer
  /// has room for.
  static let mostNeeded = 1_000_000_000_000

  /// How many images a stratum needs to be used for this budget: enough that one image more or less matters little.
  static func imagesWanted(for budget: Double) -> Int { max(fewestImages, 2 * imagesNeeded(for: budget)) }

  /// A score's p-value under the budget, and the stratum that decided it.
  ///
  /// It is the largest of the p-values in all strata of the image that hold enough images for the budget, those of gray
  /// and coloured images apart from the outset: an image is flagged when it is unusual in each of them. All images together
  /// have a say only where no stratum below has one.
  /// Where kinds of images are kept apart, it is at least that of every kind divided by `kindTolerance`: whatever was done
  /// to a clean image, it is flagged at most half again as often. A stratum or kind of too few images for its rate to be
  /// known has no say.
  ///
  /// Rejected: the narrowest stratum alone. It finds a little more, but a threshold from two hundred images is wrong by
  /// half its rate as often as not, and each stratum is wrong in its own way.
  ///
  /// - Parameters:
  ///   - names: `ImageOrigin.strata` of the image.
  /// - Complexity: O(strata · kinds · log of the scores kept).
  package func pValue(of score: Double?, in names: [String], budget: Double) -> StratifiedPValue {
    let wanted = Self.imagesWanted(for: budget)
    var decisive: StratifiedPValue?
    for name in names.dropFirst() {
      guard let stratum = strata[name], stratum.all.count >= wanted else { continue }
      let own = stratum.pValue(of: score, budget)
      if decisive.map({ own > $0.value }) ?? true {
        decisive = StratifiedPValue(value: own, stratum: name, images: stratum.all.count)
      }
    }
    return decisive ?? pValueAmongAll(of: score, budget)
  }

  private func pValueAmongAll(of score: Double?, _ budget: Double) -> StratifiedPValue {
    let stratum = strata[ImageOrigin.everything] ?? Stratum(all: CleanDistribution([]))
    return StratifiedPValue(
      value: stratum.pValue(of: score, budget), stratum: ImageOrigin.everything, images: stratum.all.count)
  }
}

extension StratifiedDistribution.Stratum {
  /// The p-value among all images of the stratum, or that of a kind of enough images, divided by what is tolerated, where
  /// that is larger.
  fileprivate func pValue(of score: Double?, _ budget: Double) -> Double {
    let enough = StratifiedDistribution.kindSurplus * StratifiedDistribution.imagesNeeded(for: budget)
    var worst = all.pValue(of: score)
    for index in ofEachKind.indices where ofEachKind[index].count >= enough {
      worst = max(worst, ofEachKind[index].pValue(of: score) / StratifiedDistribution.kindTolerance)
    }
    return worst
  }
}

/// A p-value, and which clean images it was taken from.
package struct StratifiedPValue: Sendable, Hashable {
  package var value: Double
  package var stratum: String
  package var images: Int

  package init(value: Double, stratum: String, images: Int) {
    self.value = value
    self.stratum = stratum
    self.images = images
  }
}
