import Synchronization

/// Watches exits: a share of the images that would leave is judged completely all the same, and those that complete evidence
/// flags are counted.
///
/// Of clean images, the calibration says how many of those that leave would have been flagged. More than that, beyond what
/// chance can do, means that something leaves which was not there when the certificate was made: an attack that passes by
/// the exits. The comparison is an e-detector (Shin, Ramdas, Rinaldo 2024), so that it may be looked at after every image:
/// without a reason it takes ten thousand audited exits or more, on average, until it speaks.
package final class ExitAudit: Sendable {
  /// What was seen so far.
  package struct Report: Sendable, Hashable {
    /// Images that left early without being judged completely.
    package var left: Int
    /// Images that would have left and were judged completely, and those of them that were flagged.
    package var audited: Int
    package var flagged: Int
    /// The share of exits that complete evidence would flag, with its 95 % Clopper-Pearson interval.
    package var lower: Double
    package var upper: Double
    /// What clean images of the calibration make expect at most.
    package var expected: Double
    /// Whether more are flagged than clean images of the calibration explain.
    package var isExceeded: Bool
  }

  private struct Counts {
    var left = 0
    var audited = 0
    var flagged = 0
    var isExceeded = false
  }

  private struct State {
    var counts = Counts()
    /// One a factor by which the rate is larger than expected.
    var evidence = [Double](repeating: 1, count: ExitAudit.factors.count)
    var recent = RecentImages()
  }

  /// Alternatives: so many times as many as expected.
  private static let factors = [3.0, 10, 30, 100]
  private static let limit = 10_000.0

  package let certificate: EarlyExits.Certificate
  private let expected: Double
  private let state = Mutex(State())

  package init(_ certificate: EarlyExits.Certificate) {
    self.certificate = certificate
    expected = BinomialBounds.upper(
      certificate.counts.cleanExitsFlagged, of: certificate.counts.cleanExits,
      confidence: certificate.terms.limit.confidence)
  }

  package func noteLeft() { state.withLock { $0.counts.left += 1 } }

  /// Counts an image that would have left and was judged completely, and is not known to have been counted before: the same
  /// images are drawn each time, so that one which is sent again and again would be all that counts.
  ///
  /// - Parameters:
  ///   - digest: the image's SHA-256 in hexadecimal; `nil` where it is not known.
  /// - Returns: what was seen, once: when the certificate no longer holds by this image.
  package func noteAudited(isFlagged: Bool, digest: String? = nil) -> Report? {
    let alarming = state.withLock { state -> Counts? in
      guard state.recent.insert(digest) else { return nil }
      state.counts.audited += 1
      if isFlagged { state.counts.flagged += 1 }
      for (place, factor) in Self.factors.enumerated() {
        let alternative = min(0.5, expected * factor)
        guard alternative > expected else { continue }
        // What came before a change is not to count against it.
        state.evidence[place] =
          max(1, state.evidence[place]) * (isFlagged ? alternative / expected : (1 - alternative) / (1 - expected))
      }
      let mean = state.evidence.reduce(0, +) / Double(Self.factors.count)
      guard mean >= Self.limit, !state.counts.isExceeded else { return nil }
      state.counts.isExceeded = true
      return state.counts
    }
    return alarming.map { described($0) }
  }

  /// Images are counted while it is made.
  package var report: Report { described(state.withLock { $0.counts }) }

  /// The report, where more were flagged than clean images of the calibration explain; `nil` where not.
  package var alarm: Report? {
    let report = report
    return report.isExceeded ? report : nil
  }

  private func described(_ counts: Counts) -> Report {
    Report(
      left: counts.left, audited: counts.audited, flagged: counts.flagged,
      lower: BinomialBounds.lower(counts.flagged, of: counts.audited, confidence: 0.975),
      upper: BinomialBounds.upper(counts.flagged, of: counts.audited, confidence: 0.975), expected: expected,
      isExceeded: counts.isExceeded)
  }
}

extension ExitAudit.Report: CustomStringConvertible {
  /// One sentence without its full stop.
  package var description: String {
    "of \(audited) early exits that were judged completely, \(flagged) would have been flagged: "
      + "\(Self.percent(lower))-\(Self.percent(upper)) %, where clean images explain at most \(Self.percent(expected)) %"
  }

  /// What an operator does about it.
  package static let remedy =
    "look at what was flagged; calibrate again with such images among the attacks, or leave `earlyExit` out"

  private static func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }
}
