/// Clean scores taken apart by how sure the classifier is of its answer.
///
/// How a classifier takes a harmless change depends on its confidence: sure of an answer, it keeps it, and unsure, it
/// wavers, whatever the picture. So a score is compared with clean images of which the classifier is as sure. That holds
/// where images come from another source, whose photographs are harder, and it sharpens the case against confident
/// attacks. The confidence costs nothing: it is the log-odds of the top class.
///
/// Neighbourhoods are fixed at calibration: windows over the clean images in order of confidence, half of one
/// overlapping the next. Between the middles of two windows evidence is interpolated, so that it does not jump. Windows around
/// one confidence are one neighbourhood: probabilities in 8 bits have few values, and the surest answers one.
package struct ConditionalDistribution: Sendable, Hashable {
  /// Clean scores around one confidence.
  package struct Neighbourhood: Sendable, Hashable {
    /// The middle one of its images, in log-odds.
    package let confidence: Double
    package let clean: CleanDistribution

    package init(confidence: Double, clean: CleanDistribution) {
      self.confidence = confidence
      self.clean = clean
    }
  }

  /// A clean image's score, and how sure the classifier is of it.
  package struct Sample: Sendable {
    package var score: Double?
    package var confidence: Double?
    /// Puts images of equal confidence in an order that has nothing to do with their scores: by these, they would be compared
    /// with images that score alike.
    package var tieBreaker: UInt64

    package init(score: Double?, confidence: Double?, tieBreaker: UInt64 = 0) {
      self.score = score
      self.confidence = confidence
      self.tieBreaker = tieBreaker
    }
  }

  /// In ascending order of confidence; one where scores do not depend on it or images are too few to tell.
  package let neighbourhoods: [Neighbourhood]

  /// So many photographs are a neighbourhood. Fewer see less at small budgets: with sixty, .86 of the attacks of the
  /// development set at 0.1 %, with so many .89. All together see as much, and flag twice as many photographs of another source.
  package static let photographs = 120

  /// - Precondition: there is a neighbourhood, and they ascend.
  package init(neighbourhoods: [Neighbourhood]) {
    precondition(!neighbourhoods.isEmpty, "a distribution without images")
    self.neighbourhoods = neighbourhoods
  }

  /// - Parameters:
  ///   - size: images of a neighbourhood; `nil` where the score does not depend on the classifier's confidence.
  /// - Complexity: O(n log n).
  package init(_ samples: [Sample], size: Int?) {
    let known = samples.filter { $0.confidence != nil }
    guard let size, known.count == samples.count, size >= 1, samples.count >= 2 * size else {
      neighbourhoods = [Neighbourhood(confidence: 0, clean: CleanDistribution(samples.map(\.score)))]
      return
    }
    let sorted = known.sorted { ($0.confidence ?? 0, $0.tieBreaker) < ($1.confidence ?? 0, $1.tieBreaker) }
    neighbourhoods = Self.windows(over: sorted.map { $0.confidence ?? 0 }, size: size).map { window in
      Neighbourhood(
        confidence: window.confidence, clean: CleanDistribution(sorted[window.places].map(\.score)))
    }
  }

  /// Windows begin half a window after each other, and the last one ends with the last image. Those with equally sure images
  /// in their middle are one: whatever an image of that confidence scores, none of them is nearer to it.
  ///
  /// - Parameters:
  ///   - confidences: ascending, at least `size`.
  private static func windows(
    over confidences: [Double], size: Int
  ) -> [(confidence: Double, places: Range<Int>)] {
    var windows: [(confidence: Double, places: Range<Int>)] = []
    let last = confidences.count - size
    for start in Array(stride(from: 0, to: last, by: max(1, size / 2))) + [last] {
      let middle = rounded(confidences[start + size / 2])
      if let previous = windows.last, previous.confidence == middle {
        windows[windows.count - 1].places = previous.places.lowerBound..<start + size
      } else {
        windows.append((confidence: middle, places: start..<start + size))
      }
    }
    return windows
  }

  /// Files say it with so many decimals.
  private static func rounded(_ confidence: Double) -> Double { (confidence * 1e6).rounded() / 1e6 }

  /// How unlikely the score is among clean images of that confidence, as −ln p; 0 for an abstention.
  ///
  /// - Parameters:
  ///   - confidence: log-odds of the classifier's answer; without one the middle neighbourhood speaks.
  /// - Complexity: O(log of the scores kept).
  package func evidence(of score: Double?, at confidence: Double?) -> Double {
    guard let score else { return 0 }
    guard let confidence else { return neighbourhoods[neighbourhoods.count / 2].clean.evidence(of: score) }
    // By place: every image asks this of every detector several times, and a neighbourhood taken out is one copied.
    let above = neighbourhoods.indices.first { neighbourhoods[$0].confidence > confidence } ?? neighbourhoods.count
    guard above > 0, above < neighbourhoods.count else {
      return neighbourhoods[max(0, above - 1)].clean.evidence(of: score)
    }
    let (low, high) = (neighbourhoods[above - 1].confidence, neighbourhoods[above].confidence)
    let part = (confidence - low) / (high - low)
    return (1 - part) * neighbourhoods[above - 1].clean.evidence(of: score)
      + part * neighbourhoods[above].clean.evidence(of: score)
  }
}
