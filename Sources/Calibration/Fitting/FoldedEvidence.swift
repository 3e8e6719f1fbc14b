import Common
import Decision

/// Evidence of clean and adversarial images, under distributions of all clean images, and under those of all but a fold.
///
/// The images are dealt into folds by their digests. A variant always lies in the fold of its image.
struct FoldedEvidence {
  let clean: [ScoredImage]
  let adversarial: [ScoredImage]
  let whole: Table
  let folds: [Fold]
  /// One a detector, of all clean images.
  let distributions: [ConditionalDistribution]

  static let foldCount = 5

  /// Evidence of every image, a row each with a number for each detector.
  struct Table {
    let clean: [[Double]]
    let adversarial: [[Double]]
  }

  struct Fold {
    let number: Int
    /// Places of the clean images that lie in it, and of all others.
    let held: [Int]
    let kept: [Int]
    /// Under distributions of the kept images.
    let evidence: Table
  }

  /// - Complexity: O(folds · images · detectors · log images).
  init(_ detectors: [UncalibratedDetector], clean: [ScoredImage], adversarial: [ScoredImage]) {
    self.clean = clean
    self.adversarial = adversarial
    let divisions = Self.divisions(clean)
    let size = Self.neighbourhood(clean, inEach: divisions)
    distributions = Self.distributions(detectors, clean, size)
    whole = Self.table(distributions, clean, adversarial)
    folds = divisions.map { number, held, kept in
      let distributions = Self.distributions(detectors, kept.map { clean[$0] }, size)
      return Fold(
        number: number, held: held, kept: kept, evidence: Self.table(distributions, clean, adversarial))
    }
  }

  private typealias Division = (number: Int, held: [Int], kept: [Int])

  private static func divisions(_ clean: [ScoredImage]) -> [Division] {
    (0..<foldCount).compactMap { number in
      let held = clean.indices.filter { clean[$0].fold == number }
      guard !held.isEmpty else { return nil }
      let others = clean.indices.filter { clean[$0].fold != number }
      // With one image, or all in one fold, there is nothing else to fit on.
      return (number: number, held: held, kept: others.isEmpty ? held : others)
    }
  }

  /// A neighbourhood holds so many photographs with all their variants; `nil` where images are not taken apart by confidence.
  ///
  /// They are where every fold leaves room for two neighbourhoods, and else nowhere. What decides is evidence under all images,
  /// and its thresholds are sums of evidence under those that a fold leaves: both must be one score.
  private static func neighbourhood(_ clean: [ScoredImage], inEach divisions: [Division]) -> Int? {
    let photographs = max(1, clean.count { $0.kind == ScoredImage.original })
    let size = max(1, ConditionalDistribution.photographs * clean.count / photographs)
    let isKnown = clean.allSatisfy { $0.confidence != nil }
    return isKnown && divisions.allSatisfy { $0.kept.count >= 2 * size } ? size : nil
  }

  private static func distributions(
    _ detectors: [UncalibratedDetector], _ clean: [ScoredImage], _ size: Int?
  ) -> [ConditionalDistribution] {
    let tieBreakers = clean.map(\.tieBreaker)
    return detectors.indices.map { index in
      ConditionalDistribution(
        zip(clean, tieBreakers).map { .init(score: $0.scores[index], confidence: $0.confidence, tieBreaker: $1) },
        size: detectors[index].isFitted ? size : nil)
    }
  }

  private static func table(
    _ distributions: [ConditionalDistribution], _ clean: [ScoredImage], _ adversarial: [ScoredImage]
  ) -> Table {
    func rows(_ images: [ScoredImage]) -> [[Double]] {
      images.map { image in
        zip(distributions, image.scores).map { $0.evidence(of: $1, at: image.confidence) }
      }
    }
    return Table(clean: rows(clean), adversarial: rows(adversarial))
  }
}

extension ScoredImage {
  /// 0 up to the number of folds, by the image's digest.
  var fold: Int { (Int(digest.prefix(6), radix: 16) ?? 0) % FoldedEvidence.foldCount }

  /// Drawn from what the image is, so that it is the same in whatever order images come.
  fileprivate var tieBreaker: UInt64 {
    var numbers = SplitMix64(seed: "\(digest) \(kind)")
    return numbers.next()
  }
}
