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
    /// Digests of clean images of the sample that came as adversarial ones too.
    var disputed: Set<String> = []
    /// Digests of images that came as what reviewers say that they are not, and were not taken as that.
    var overruledAsClean: Set<String> = []
    var overruledAsAdversarial: Set<String> = []
  }

  /// Images that are clean in one place and adversarial in another.
  package struct Conflicts: Sendable, Hashable {
    /// Those that count as adversarial: an attack that is taken for clean would teach the filter not to see it.
    package var countedAsAdversarial: Int
    /// Those that do not count as adversarial, because reviewers cleared them; as clean they count where they are taken.
    package var cleared: Int

    package init(countedAsAdversarial: Int, cleared: Int) {
      self.countedAsAdversarial = countedAsAdversarial
      self.cleared = cleared
    }
  }

  private let state: Mutex<State>
  private let journal: Mutex<ScoreJournal>
  private let withBaseline: Bool
  private let trueClass: (@Sendable (String) -> Int?)?
  private let reviewed: ReviewedDigests

  /// - Parameters:
  ///   - journal: where scores are kept until the calibration is made; of what it holds already, that is taken over
  ///     which this run comes to as well.
  ///   - withBaseline: whether the baseline is scored too: an earlier run may have done otherwise, and a distribution of some
  ///     of the images would be a wrong one.
  ///   - trueClass: the class that a path names. Folders and labels may have been put right since an earlier run; `nil` to
  ///     believe that run.
  ///   - reviewed: what reviewers say of images, wherever these lie.
  package init(
    _ journal: sending ScoreJournal, sample: Int = largestSample, withBaseline: Bool = false,
    trueClass: (@Sendable (String) -> Int?)? = nil, reviewed: ReviewedDigests = ReviewedDigests()
  ) {
    self.withBaseline = withBaseline
    self.trueClass = trueClass
    self.reviewed = reviewed
    let known = Dictionary(journal.images.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
    state = Mutex(
      State(clean: DigestSample(capacity: sample), adversarial: DigestSample(capacity: sample), known: known))
    self.journal = Mutex(journal)
  }

  /// Which of the images that reviewers cleared are to come in beside the clean ones that are there.
  ///
  /// - Parameters:
  ///   - budget: the false positive rate.
  /// - Complexity: O(n log n).
  package func selection(ofCleared cleared: [String], budget: Double) -> ClearedSelection {
    let clean = state.withLock { Set($0.cleanOriginals.map(\.digest)) }
    return ClearedSelection(cleared.filter { !clean.contains($0) }, beside: clean.count, budget: budget)
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
      guard !reviewed.overrules(task) else {
        state.noteOverruled(task)
        return false
      }
      state.noteDispute(over: task)
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

  /// The images of the sample, in an order that does not depend on the order in which they came. One that is both clean and
  /// adversarial is adversarial alone.
  package func images() -> (clean: [ScoredImage], adversarial: [ScoredImage]) {
    state.withLock { state in
      let sample = state.sample()
      return (sample.clean.filter { !sample.disputed.contains($0.digest) }, sample.adversarial)
    }
  }

  package var conflicts: Conflicts {
    state.withLock { state in
      let disputed = state.sample().disputed
      return Conflicts(
        countedAsAdversarial: disputed.union(state.overruledAsClean).count,
        cleared: state.overruledAsAdversarial.count)
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

  fileprivate var cleanOriginals: [ScoredImage] {
    images.values.filter { $0.attack == nil && $0.kind == ScoredImage.original && clean.holds($0.sampled) }
  }

  /// The images of the sample, and the digests of those that are both clean and adversarial.
  fileprivate mutating func sample() -> (clean: [ScoredImage], adversarial: [ScoredImage], disputed: Set<String>) {
    let (cleanNames, adversarialNames) = (Set(clean.sorted()), Set(adversarial.sorted()))
    let sampled = images.values.filter { image in
      (image.attack == nil ? cleanNames : adversarialNames).contains(image.sampled)
    }.sorted { $0.order < $1.order }
    let (usual, attacks) = (sampled.filter { $0.attack == nil }, sampled.filter { $0.attack != nil })
    let attacked = disputed.union(attacks.map(\.digest))
    return (usual, attacks, attacked.intersection(usual.map(\.digest)))
  }

  fileprivate mutating func noteOverruled(_ task: ScoringTask) {
    if task.attack == nil { overruledAsClean.insert(task.digest) } else { overruledAsAdversarial.insert(task.digest) }
  }

  /// Notes that a clean image is adversarial too; also where the sample of the adversarial ones has no room for it.
  fileprivate mutating func noteDispute(over task: ScoringTask) {
    guard task.attack != nil, clean.holds(sampledName(digest: task.digest, attack: nil)) else { return }
    disputed.insert(task.digest)
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
