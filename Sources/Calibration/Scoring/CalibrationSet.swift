import Classifiers
import Common
import FilterPipeline
import Synchronization

/// Collects the scored images of a calibration: a uniform sample of the clean ones, all adversarial ones up to a number.
package final class CalibrationSet: Sendable {
  /// So many images tell a false positive rate of one in a thousand to within a quarter of it.
  package static let largestSample = 20_000

  fileprivate struct State {
    var clean: DigestSample
    var adversarial: DigestSample
    var images: [String: ScoredImage] = [:]
    /// What earlier runs scored and this one has not come to, perhaps never will: their images may have been others.
    var known: [String: ScoredImage]
    var leftOut = 0
    /// Clean images as they came: those with scores, those that a model failed on, and its first failure.
    var answered = 0
    var unanswered = 0
    var firstFailure: SluiceError?
  }

  private let state: Mutex<State>
  private let journal: Mutex<ScoreJournal>
  private let withBaseline: Bool
  private let trueClass: (@Sendable (String) -> Int?)?

  /// - Parameters:
  ///   - journal: where scores are kept until the calibration is made; of what it holds already, that is taken over
  ///     which this run comes to as well.
  ///   - withBaseline: whether the baseline is scored too: an earlier run may have done otherwise, and a distribution of some
  ///     of the images would be a wrong one.
  ///   - trueClass: the class that a path names. Folders and labels may have been put right since an earlier run; `nil` to
  ///     believe that run.
  package init(
    _ journal: sending ScoreJournal, sample: Int = largestSample, withBaseline: Bool = false,
    trueClass: (@Sendable (String) -> Int?)? = nil
  ) {
    self.withBaseline = withBaseline
    self.trueClass = trueClass
    let known = Dictionary(journal.images.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    state = Mutex(
      State(clean: DigestSample(capacity: sample), adversarial: DigestSample(capacity: sample), known: known))
    self.journal = Mutex(journal)
  }

  /// Images that could not be judged.
  package var leftOut: Int { state.withLock { $0.leftOut } }
  /// The clean images as they came that a model failed on, those that it was asked about, and its first failure.
  var failures: (count: Int, asked: Int, first: SluiceError?) {
    state.withLock { ($0.unanswered, $0.unanswered + $0.answered, $0.firstFailure) }
  }
  package var count: Int { state.withLock { $0.images.count } }
  /// Scores that the next run need not give again.
  package var kept: Int { state.withLock { $0.images.count + $0.known.count } }

  /// Whether an image still has to be scored; the first one with its digest has, while the sample has room for it.
  ///
  /// One that an earlier run scored is in the set from here on.
  package func admits(_ task: ScoringTask) -> Bool {
    state.withLock { state in
      if var image = state.known.removeValue(forKey: task.key).flatMap(usable) {
        if let trueClass { image.trueClass = trueClass(task.source) }
        state.enter(image)
      }
      guard state.images[task.key] == nil else { return false }
      return state.admit(task)
    }
  }

  /// What an earlier run scored as this one would; `nil` where the score of the baseline is missing.
  private func usable(_ image: ScoredImage) -> ScoredImage? {
    guard withBaseline else {
      var image = image
      image.baseline = nil
      return image
    }
    let needsBaseline = image.attack == nil && image.kind == ScoredImage.original
    return needsBaseline && image.baseline == nil ? nil : image
  }

  /// - Throws: `unwritable-output` when the journal cannot be written.
  package func take(_ image: ScoredImage) throws(SluiceError) {
    state.withLock { $0.enter(image) }
    try journal.withLock { (journal) throws(SluiceError) in try journal.append(image) }
  }

  /// - Parameters:
  ///   - error: why it could not be judged, where that is known.
  package func noteLeftOut(_ task: ScoringTask, _ error: SluiceError?) {
    state.withLock { state in
      state.leftOut += 1
      guard let error, error.code == .classifierFailed, task.attack == nil, task.kind == ScoredImage.original else {
        return
      }
      state.unanswered += 1
      state.firstFailure = state.firstFailure ?? error
    }
  }

  /// The images of the sample, in an order that does not depend on the order in which they came.
  package func images() -> (clean: [ScoredImage], adversarial: [ScoredImage]) {
    state.withLock { state in
      let (clean, adversarial) = (Set(state.clean.sorted()), Set(state.adversarial.sorted()))
      let sampled = state.images.values.filter { image in
        (image.attack == nil ? clean : adversarial).contains(image.sampled)
      }.sorted { $0.order < $1.order }
      return (sampled.filter { $0.attack == nil }, sampled.filter { $0.attack != nil })
    }
  }

  package func removeJournal() { journal.withLock { $0.remove() } }
}

extension CalibrationSet.State {
  fileprivate mutating func enter(_ image: ScoredImage) {
    _ = image.attack == nil ? clean.enter(image.sampled) : adversarial.enter(image.sampled)
    images[image.key] = image
    if image.attack == nil, image.kind == ScoredImage.original { answered += 1 }
    // What has fallen out of the sample need not be kept.
    if images.count % 4096 == 0 {
      let (clean, adversarial) = (clean, adversarial)
      images = images.filter { ($0.value.attack == nil ? clean : adversarial).holds($0.value.sampled) }
    }
  }

  /// Variants go with their image.
  fileprivate mutating func admit(_ task: ScoringTask) -> Bool {
    var sample = task.attack == nil ? clean : adversarial
    let name = sampledName(digest: task.digest, attack: task.attack)
    let isNew = sample.enter(name)
    if task.attack == nil { clean = sample } else { adversarial = sample }
    return isNew || task.kind != ScoredImage.original && sample.holds(name)
  }
}

/// What a sample is drawn by. One image that two attacks came to counts for both, as each of them is measured by itself.
private func sampledName(digest: String, attack: String?) -> String { "\(digest) \(attack ?? "")" }

extension ScoredImage {
  fileprivate var sampled: String { sampledName(digest: digest, attack: attack) }
  fileprivate var key: String { "\(digest) \(kind) \(attack ?? "")" }
  fileprivate var order: String { "\(attack ?? "") \(digest) \(kind)" }
}
