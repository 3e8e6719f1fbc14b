import Decision

/// Chooses early exits, and counts what they lose: Learn-then-Test with a fixed sequence (Angelopoulos et al. 2021).
///
/// One number t orders the exits from timid to bold: the first exit lets the share t of clean images go, and each further
/// witness may halve what is left. They are tried for t of .01, .02, …, .95, up to the first whose upper bound of lost
/// detections exceeds the limit; the last before it is taken. As the sequence is fixed before an attack is seen, the bound
/// holds for the one that is taken without a correction for those that were tried.
struct ExitCertification {
  /// With its witnesses, without exits.
  let decision: Decision
  let clean: [ScoredImage]
  /// As they came, without changed versions: those would count one photograph several times. One that several attacks came to
  /// may occur under each.
  let adversarial: [ScoredImage]
  let limit: ExitLimit
  let drawsOrder: Bool
  /// What the classifier takes for the image itself; 0 where it was not measured.
  let classifierMilliseconds: Double

  private static let levels = (1...95).map { Double($0) / 100 }

  /// - Complexity: O(images · exits · detectors), for the fit on everything and, where weights were fitted, once more for each
  ///   attack that was left out.
  func exits() -> EarlyExits {
    let ways = WaysOut(decision.calibration.witnesses, drawsOrder: drawsOrder)
    let subjects = detected(ways)
    let cleanStandings = standings(of: clean, ways, leavingOut: nil)
    var taken: (level: Double, losses: Int)?
    var mostCautious: Int?
    for level in Self.levels {
      let losses = subjects.count { subject in
        subject.fits.contains { ways.loses($0.standings, leastOpenness: $0.openness.limits(at: level, ways)) }
      }
      mostCautious = mostCautious ?? losses
      guard
        BinomialBounds.upper(losses, of: subjects.count, confidence: limit.confidence) <= limit.lostDetections
      else { break }
      taken = (level, losses)
    }
    let openness = CleanOpenness(cleanStandings)
    let limits = taken.map { openness.limits(at: $0.level, ways) } ?? ways.asked.map { _ in nil }
    let exits = zip(ways.asked.indices, limits).compactMap { index, least in
      least.map {
        EarlyExits.Exit(
          asked: ways.asked[index], quantile: ways.quantile(of: index, at: taken?.level ?? 0), leastOpenness: $0)
      }
    }
    return EarlyExits(
      exits: exits,
      certificate: certificate(
        exits, taken?.level, losses: taken?.losses ?? mostCautious ?? 0, detections: subjects.count,
        leavesInSomeOrder: cleanStandings.map { ways.loses($0, leastOpenness: limits) }))
  }

  /// An image that complete evidence flags, under the fit without the attack that came to it; if several did, under each of
  /// theirs. It is lost where one of these fits loses it.
  private struct DetectedImage {
    var fits: [(standings: [Decision.Standing], openness: CleanOpenness)]
  }

  /// The adversarial images that complete evidence flags, judged by what was fitted without their attack. What is answered
  /// rightly all the same is no loss: letting it go does no harm.
  ///
  /// An image counts once, however many attacks it occurs under: the bound is of detections that do not depend on one another, and
  /// two of one image say no more than one does.
  private func detected(_ ways: WaysOut) -> [DetectedImage] {
    var openness: [String?: CleanOpenness] = [:]
    var places: [String: Int] = [:]
    var detected: [DetectedImage] = []
    for image in adversarial {
      guard !image.isAnsweredRightly,
        decision.decide(image.scores, image.circumstances, leavingOut: image.attack).isFlagged
      else { continue }
      // Weights of the filter file are the same whatever is left out.
      let key = decision.calibration.fused.origin == .fitted ? image.attack : nil
      let known = openness[key] ?? CleanOpenness(standings(of: clean, ways, leavingOut: key))
      openness[key] = known
      let fit = (standings: standings(of: image, ways, leavingOut: image.attack), openness: known)
      if let place = places[image.digest] {
        detected[place].fits.append(fit)
      } else {
        places[image.digest] = detected.count
        detected.append(DetectedImage(fits: [fit]))
      }
    }
    return detected
  }

  private func standings(
    of images: [ScoredImage], _ ways: WaysOut, leavingOut attack: String?
  ) -> [[Decision.Standing]] {
    images.map { standings(of: $0, ways, leavingOut: attack) }
  }

  private func standings(
    of image: ScoredImage, _ ways: WaysOut, leavingOut attack: String?
  ) -> [Decision.Standing] {
    ways.asked.map { decision.standing(image.scores, image.circumstances, asked: $0, leavingOut: attack) }
  }

  /// - Parameters:
  ///   - level: at which the exits are taken; `nil` where none are.
  ///   - losses: at that level, or at the most cautious one.
  ///   - leavesInSomeOrder: for each clean image, whether there is an order of witnesses in which it leaves.
  private func certificate(
    _ exits: [EarlyExits.Exit], _ level: Double?, losses: Int, detections: Int, leavesInSomeOrder: [Bool]
  ) -> EarlyExits.Certificate {
    let ends = clean.map { decision.end(of: $0.scores, $0.circumstances, exits: exits) }
    let leaves = drawsOrder ? leavesInSomeOrder : ends.map { $0.ending == .exit }
    let left = zip(clean, leaves).filter(\.1).map(\.0)
    return EarlyExits.Certificate(
      terms: decision.exitTerms(
        limit: limit, privateWitnesses: decision.calibration.witnesses.witnesses.filter(\.isPrivate).map(\.name),
        drawsOrder: drawsOrder),
      firstQuantile: level, attacks: Set(adversarial.compactMap(\.attack)).sorted(),
      counts: .init(
        detections: detections, losses: losses,
        bound: BinomialBounds.upper(losses, of: detections, confidence: limit.confidence), cleanExits: left.count,
        cleanExitsFlagged: left.count { decision.decide($0.scores, $0.circumstances).isFlagged },
        cleanImages: clean.count),
      callsPerCleanImage: calls(ends.map(\.asked)))
  }

  /// Calls of the classifier an image, in the time that one takes.
  ///
  /// - Parameters:
  ///   - asked: for each clean image, how many witnesses were asked; `nil` where not even the classifier was.
  private func calls(_ asked: [Int?]) -> Double? {
    guard classifierMilliseconds > 0, !asked.isEmpty else { return nil }
    let witnesses = decision.calibration.witnesses.witnesses
    let total = asked.compactMap(\.self).reduce(0) { total, count in
      total + witnesses.prefix(count).reduce(classifierMilliseconds) { $0 + $1.milliseconds }
    }
    return (total / Double(asked.count) / classifierMilliseconds * 1000).rounded() / 1000
  }
}

/// How open clean images are at each way out.
private struct CleanOpenness {
  /// Descending, for each way out.
  private let sorted: [[Double]]

  init(_ standings: [[Decision.Standing]]) {
    let count = standings.first?.count ?? 0
    sorted = (0..<count).map { index in standings.map { $0[index].openness ?? 0 }.sorted(by: >) }
  }

  /// For each way out, what an image must exceed to leave; `nil` where it may not.
  func limits(at level: Double, _ ways: WaysOut) -> [Double?] {
    sorted.indices.map { index in
      let leaving = Int(Double(sorted[index].count) * ways.quantile(of: index, at: level))
      guard ways.isPermitted[index], leaving < sorted[index].count else { return nil }
      // Rounded up as files say it: what a calibration says is what was counted.
      return (sorted[index][leaving] * 1e9).rounded(.up) / 1e9
    }
  }
}
