import Decision

extension Evaluation {
  /// The share of a group's images that a judge flags at a budget; `nil` without images, or where the calibration has
  /// too few for the budget.
  package func rate(_ group: JudgedGroup, judge: Int, budget: Int) -> Rate? {
    let decisions = group.images.compactMap { $0.flagged[judge][budget] }
    guard !decisions.isEmpty else { return nil }
    return Rate(count: decisions.count { $0 }, of: decisions.count)
  }

  /// The clean images of each collection that was named; empty where there is only one. A threshold that fits photographs of
  /// one source need not fit those of another.
  package var cleanCollections: [JudgedGroup] {
    var names: [String] = []
    for image in clean.images where !names.contains(image.collection) { names.append(image.collection) }
    guard names.count > 1 else { return [] }
    return names.map { name in JudgedGroup(name: name, images: clean.images.filter { $0.collection == name }) }
  }

  /// The mean of the rates of all attacks: each attack counts the same, however many images it has. `nil` where a judge saw nothing
  /// of one: its mean would be of other attacks than the one beside it.
  package func meanRate(judge: Int, budget: Int) -> Double? {
    mean { rate($0, judge: judge, budget: budget)?.value }
  }

  /// The mean of the areas under the curves of all attacks: what stands beside the mean of their rates counts alike.
  package func meanArea(judge: Int) -> Double? {
    mean { ranks(judge: judge, $0).areaUnderCurve }
  }

  /// Of all attacks that have images; `nil` where one of them has no such value.
  private func mean(_ value: (JudgedGroup) -> Double?) -> Double? {
    let shown = attacks.filter { !$0.images.isEmpty }
    let values = shown.compactMap(value)
    guard !values.isEmpty, values.count == shown.count else { return nil }
    return values.reduce(0, +) / Double(values.count)
  }

  /// How well a judge's scores tell a group from the clean images; all attacks together where no group is given.
  ///
  /// What a fit without an attack says of it is compared with what the same fit says of the clean images.
  package func ranks(judge: Int, _ group: JudgedGroup?) -> RankStatistics {
    let images = seen(group?.images ?? attacks.flatMap(\.images), by: judge)
    let usual = seen(clean.images, by: judge)
    let fits = Dictionary(grouping: images) { judges[judge].role == .filter ? $0.heldOutOf : nil }
    return RankStatistics(
      fits: fits.map { attack, images in
        (
          clean: usual.map { $0.score(of: judge, leavingOut: attack) },
          adversarial: images.map { $0.scores[judge] }
        )
      })
  }

  /// What the filter refuses for its file, no other judge sees.
  private func seen(_ images: [Image], by judge: Int) -> [Image] {
    judges[judge].role == .filter ? images : images.filter { !$0.isRefused }
  }

  /// What becomes of the classifier's answers to a group of images; shares of those whose true class is known.
  ///
  /// What the filter refuses for its file has no answer, and is among those that are not forwarded.
  package struct Accuracy: Sendable, Hashable {
    /// Right answers without the filter.
    package var unfiltered: Rate
    /// Right answers to what the filter forwards, of all images: a flagged image has no answer. `nil` where the calibration has
    /// too few images to decide at the filter's own budget.
    package var filtered: Rate?
    /// Wrong answers to what the filter forwards, of all images; `nil` as well.
    package var wrongForwarded: Rate?
    /// Right answers if this version of every image were forwarded.
    package var versions: [Rate]
  }

  /// At the filter's own budget; `nil` where no true class is known, or the classifier was asked about none of them.
  package func accuracy(_ images: [Image]) -> Accuracy? {
    let named = images.filter { $0.trueClass != nil }
    let known = named.filter { $0.predictedClass != nil }
    let judged = named.filter { $0.predictedClass != nil || $0.isRefused }
    guard !known.isEmpty else { return nil }
    func rate(_ images: [Image], _ isCounted: (Image) -> Bool) -> Rate {
      Rate(count: images.count(where: isCounted), of: images.count)
    }
    let isDecided = judged.allSatisfy(\.isDecided)
    func isForwarded(_ image: Image) -> Bool { image.flagged[0][0] == false }
    func isRight(_ image: Image, _ version: Int) -> Bool { image.versions[version] == image.trueClass }
    return Accuracy(
      unfiltered: rate(known) { isRight($0, 0) },
      filtered: isDecided ? rate(judged) { isForwarded($0) && isRight($0, forwardedVersion) } : nil,
      wrongForwarded: isDecided ? rate(judged) { isForwarded($0) && !isRight($0, forwardedVersion) } : nil,
      versions: versionNames.indices.map { version in rate(known) { isRight($0, version) } })
  }

  /// What an image takes a judge: the middle of all images, and what 95 of 100 stay below; `nil` without images.
  package func milliseconds(judge: Int) -> (median: Double, high: Double)? {
    let times = seen(clean.images + attacks.flatMap(\.images), by: judge).map { $0.milliseconds[judge] }.sorted()
    guard !times.isEmpty else { return nil }
    return (times[times.count / 2], times[min(times.count - 1, times.count * 95 / 100)])
  }

  /// Adversarial images that the filter lets pass, the least suspicious first.
  package func hardestMissed(_ count: Int) -> [(group: Int, image: Int)] {
    let missed = attacks.indices.flatMap { group in
      attacks[group].images.indices.filter { attacks[group].images[$0].flagged[0][0] == false }.map { (group, $0) }
    }
    return Array(
      missed.sorted { (attacks[$0.0].images[$0.1].pValue ?? 1) > (attacks[$1.0].images[$1.1].pValue ?? 1) }
        .prefix(count)
        .map { (group: $0.0, image: $0.1) })
  }

  /// Clean images in order of suspicion, and first those that a detector with a threshold of its own flags, whatever their p-value.
  package func mostSuspiciousClean(_ count: Int) -> [Int] {
    func rank(_ index: Int) -> (Int, Double) {
      let image = clean.images[index]
      return (image.scores[0] == Image.certain ? 0 : 1, image.pValue ?? 1)
    }
    return Array(clean.images.indices.sorted { rank($0) < rank($1) }.prefix(count))
  }

  /// What a group of images costs, and what early exits lose of it; `nil` without images.
  package func cost(of group: JudgedGroup) -> Cost? {
    let journeys = group.images.map(\.journey)
    guard !journeys.isEmpty else { return nil }
    let count = Double(journeys.count)
    // The ratio of the means. The mean of the ratios says too much where the time of a call varies: on a busy machine 2.1 for 1.4.
    let timed = journeys.filter { $0.classifier > 0 }
    let classifier = timed.reduce(0) { $0 + $1.classifier } / Double(max(1, timed.count))
    let asked = journeys.reduce(0) { $0 + $1.asked } / count
    return Cost(
      calls: classifier > 0 ? asked / classifier : 0,
      milliseconds: journeys.reduce(0) { $0 + $1.milliseconds } / count,
      flaggedEarly: Rate(count: journeys.count { $0.ending == .flagged }, of: journeys.count),
      clearedEarly: Rate(count: journeys.count { $0.ending == .exit }, of: journeys.count),
      lost: Rate(count: journeys.count(where: \.isLost), of: journeys.count))
  }

  /// What images take on their way.
  package struct Cost: Sendable, Hashable {
    /// Milliseconds of the models that an image asks, in those of one call of the classifier; means of both.
    package var calls: Double
    /// The mean.
    package var milliseconds: Double
    package var flaggedEarly: Rate
    package var clearedEarly: Rate
    /// Images that leave although complete evidence would flag them.
    package var lost: Rate
  }
}

extension Evaluation.Image {
  fileprivate func score(of judge: Int, leavingOut attack: String?) -> Double? {
    attack.flatMap { heldOutScores[$0] } ?? scores[judge]
  }
}
