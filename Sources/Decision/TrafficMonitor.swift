import RealModule
import Synchronization

/// Compares the scores of clean images, as they come, with those of the calibration, and says when they are no longer
/// alike: false positive rates then hold no longer.
///
/// An image counts by the p-value of each of its calibrated scores among the calibration's photographs. Images that are
/// flagged are left out, so that an attack is not taken for a change of traffic; so are images that came before, like
/// those that probes send, for they say nothing new.
///
/// All comparisons together are one e-detector: while no mean is farther off than the calibration itself leaves open
/// (`ScoreWatch`), it takes a million images or more, on average, to a false alarm, whatever the scores' dependence on
/// each other. Images are taken to come independently of each other: a film's frames do not, and may give an alarm
/// although their scene is no rare one.
///
/// Once stale, it stays so: what is wrong with a calibration does not pass, and traffic that changes by the hour is to be
/// seen as well.
package final class TrafficMonitor: Sendable {
  /// The evidence at which a calibration is stale, and so the least mean number of images to a false alarm.
  package static let limit = 1e6
  /// Before so many images, only great changes show.
  package static let fewestImages = 500

  private struct State {
    var watches: [(subject: String, place: Int, watch: ScoreWatch)]
    var recent = RecentImages()
    var images = 0
    var change: TrafficReport.Change?

    /// The mean R over everything that is watched.
    var evidence: Double { watches.reduce(0) { $0 + $1.watch.evidence } / Double(watches.count) }

    var report: TrafficReport {
      let isEnough = images >= TrafficMonitor.fewestImages
      let drift = Double.log(max(1, evidence)) / Double.log(TrafficMonitor.limit)
      return TrafficReport(
        state: change != nil ? .stale : isEnough ? .asCalibrated : .tooFewImages, images: images,
        drift: change != nil ? 1 : min(1, drift), change: change)
    }
  }

  private let decision: Decision
  private let privateDetectors: Set<String>
  private let state: Mutex<State>

  /// `nil` where the calibration keeps no scores of unchanged photographs apart.
  ///
  /// - Parameters:
  ///   - privateDetectors: detectors whose names are not said, nor those of groups that hold nothing else.
  package init?(_ decision: Decision, privateDetectors: Set<String> = []) {
    self.decision = decision
    self.privateDetectors = privateDetectors
    let scores = decision.calibratedScores(hiding: privateDetectors).enumerated()
    let watches = scores.compactMap { place, score in
      decision.calibration.originals(score.clean).map {
        let watch = ScoreWatch($0, flaggedBelow: score.flaggedBelow, budget: decision.budget)
        return (subject: score.subject, place: place, watch: watch)
      }
    }
    guard !watches.isEmpty else { return nil }
    state = Mutex(State(watches: watches))
  }

  /// Whether another decision and monitor would compare the same.
  package func isFor(_ other: Decision, privateDetectors: Set<String>) -> Bool {
    decision.calibration == other.calibration && decision.rule == other.rule && decision.budget == other.budget
      && decision.shares == other.shares && self.privateDetectors == privateDetectors
  }

  package var report: TrafficReport { state.withLock(\.report) }

  /// Counts an image that was found clean.
  ///
  /// - Parameters:
  ///   - scores: one a calibrated detector, in the order of the calibration; `nil` for an abstention.
  ///   - parts: what was decided about them.
  ///   - digest: the image's SHA-256 in hexadecimal; `nil` where it is not known.
  /// - Returns: what has changed, once: when the calibration has become stale by this image.
  /// - Complexity: O(groups · log of the scores kept).
  package func note(_ scores: [Double?], _ parts: [Decision.DetectorPart], digest: String?) -> TrafficReport.Change? {
    let calibrated = decision.calibratedScores(of: scores, parts)
    return state.withLock { state in
      guard state.recent.insert(digest) else { return nil }
      state.images += 1
      guard state.change == nil else { return nil }
      for index in state.watches.indices {
        state.watches[index].watch.note(calibrated[state.watches[index].place])
      }
      guard state.evidence >= Self.limit else { return nil }
      let strongest = state.watches.max { $0.watch.evidence < $1.watch.evidence }
      state.change = strongest.map { $0.watch.change(of: $0.subject) }
      return state.change
    }
  }
}
