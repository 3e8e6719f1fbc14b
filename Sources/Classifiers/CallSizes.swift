import Common
import Pixels

/// How many images go into one call of a classifier, where a call of several takes less time an image than single calls do.
///
/// Whether it does depends on model, arithmetic and machine: on one thread, a batch of four or eight is often slower an
/// image, because its activations no longer fit into the caches: four took 7.9 ms an image and eight 8.9 ms, where single calls
/// took 7.0 ms. That decides for `sluice filter` and for second models, which are asked in single calls. For the classifier of a
/// server it is measured when that starts.
package enum CallSizes {
  /// What the measurement may take, without what the classifier prepares for a size it has not met.
  package static let budget = Duration.milliseconds(150)
  /// The odd number of turns makes the median one of them.
  private static let turns = 3...7
  /// A size must save this share of the time of an image. Each one that is kept holds the model once more, with the activations of
  /// as many images: MobileNetV2 in two arithmetics took 680 MB with all that saved a twentieth, 285 MB without them, and served
  /// as many requests. Small models, whose calls are mostly overhead, save a third and more.
  private static let leastGain = 0.2

  /// The sizes to use: `unit`, and those of 2, 4, 8 … units up to `largest` that are faster an image than the size before.
  ///
  /// Each candidate is timed in turns with a single call, and their median ratio counts, so that whatever else the machine
  /// does meanwhile slows both. The first size without a gain ends the search, as does one whose turns would not fit into
  /// what is left of the budget: an expensive model has nothing to gain from longer calls.
  ///
  /// - Parameters:
  ///   - unit: the images of one caller.
  ///   - permits: asked before a size is timed for the first time, not counted: whether the classifier takes so many images,
  ///     and judges each as it does alone. The first size that is not permitted ends the search.
  ///   - call: runs the classifier on so many images, and says how long it took.
  /// - Complexity: at most `budget` of calls, beside one call of each size to warm it up.
  package static func fasterThanSingle(
    unit: Int = 1, largest: Int, budget: Duration = budget,
    permits: (_ images: Int) -> Bool = { _ in true },
    call: (_ images: Int) throws(SluiceError) -> Duration
  ) throws(SluiceError) -> [Int] {
    precondition(unit >= 1)
    var sizes = [unit]
    guard 2 * unit <= largest else { return sizes }
    _ = try call(unit)
    let single = try call(unit)
    var (left, best) = (budget - single, 1.0)
    for size in candidates(unit: unit, largest: largest) {
      let turns = turns(for: size / unit, single: single, within: left)
      guard turns > 0, permits(size) else { break }
      _ = try call(size)
      var ratios: [Double] = []
      for _ in 0..<turns {
        let (one, several) = (try call(unit), try call(size))
        left -= one + several
        ratios.append(several / one * Double(unit) / Double(size))
      }
      let ratio = ratios.sorted()[turns / 2]
      guard ratio < best * (1 - leastGain) else { break }
      best = ratio
      sizes.append(size)
    }
    return sizes
  }

  /// 2, 4, 8 … units.
  static func candidates(unit: Int, largest: Int) -> [Int] {
    Array(sequence(first: 2 * unit) { 2 * $0 }.prefix { $0 <= largest })
  }

  /// How many turns fit; none where fewer than the least would.
  private static func turns(for units: Int, single: Duration, within left: Duration) -> Int {
    guard single > .zero else { return turns.upperBound }
    let fitting = Int(max(0, min(left / (single * (units + 1)), Double(turns.upperBound))))
    guard fitting >= turns.lowerBound else { return 0 }
    return fitting % 2 == 0 ? fitting - 1 : fitting
  }
}

extension OpenVINOClassifier {
  /// The sizes of calls that are worth making on this machine, each prepared; those that are not are let go again.
  ///
  /// - Parameters:
  ///   - unit: the images of one caller.
  ///   - largest: the most images in a call.
  /// - Throws: as `prepare` does for the images of one caller.
  /// - Complexity: about 150 ms of calls, and for each size that is tried compiling and seven calls.
  package func callSizes(unit: Int = 1, largest: Int) throws(SluiceError) -> [Int] {
    let clock = ContinuousClock()
    try prepare(batch: unit)
    let sizes = try CallSizes.fasterThanSingle(
      unit: unit, largest: largest, permits: { judgesAsAlone($0, unit: unit) },
      call: { (count) throws(SluiceError) in
        let batch = TensorBatch(form: form, count: count)
        let start = clock.now
        _ = try scores(of: batch)
        return clock.now - start
      })
    keepOnly(sizes)
    return sizes
  }

  private func judgesAsAlone(_ count: Int, unit: Int) -> Bool {
    BatchAgreement.holds(
      form, count: count, precision: precision,
      alone: { (pattern) throws(SluiceError) in try scores(of: TestPatterns(form: form).batch(pattern, of: unit)) },
      together: { (batch) throws(SluiceError) in try scores(of: batch) })
  }
}
