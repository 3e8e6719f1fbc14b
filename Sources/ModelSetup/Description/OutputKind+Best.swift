extension OutputKind {
  /// Fewer numbers may be sorted by chance: noise changes a model's answer little.
  private static let leastSorted = 5

  /// The kind of an output, corrected where it holds only the highest scores of more classes: they are sorted in every run.
  ///
  /// - Parameters:
  ///   - runs: the numbers of one picture in each run.
  ///   - hasPlaces: whether another output has a whole number beside each: the class that it belongs to.
  func corrected(byRuns runs: [[Float]], hasPlaces: Bool) -> OutputKind {
    let count = runs.first?.count ?? 0
    let areSorted = runs.allSatisfy { run in zip(run, run.dropFirst()).allSatisfy { $0 >= $1 } }
    guard count > 1, areSorted, runs.contains(where: { $0.first != $0.last }) else { return self }
    // Without their places, sorted logits or shares of one are believed to be of all classes.
    return hasPlaces || self == .independent && count >= Self.leastSorted ? .best : self
  }

  /// The kind of an output of one number, corrected where another output names a class beside it and shows that the number is the
  /// score of that class, whichever it is: where there are more classes than two, or where a number on the side of the second of
  /// two classes stands beside the first.
  ///
  /// A class of two may be cut off at another border than the middle, so that a second class with a low number shows nothing.
  ///
  /// - Parameters:
  ///   - scores: the number of each run.
  ///   - classes: the class beside it.
  package func corrected(byScores scores: [Float], classes: [Float]) -> OutputKind {
    let border: Float = self == .oneProbability ? 0.5 : 0
    let seen = Set(classes)
    let isOnBothSides = scores.contains { $0 > border } && scores.contains { $0 <= border }
    // What stays the same meanwhile is no class, but the version of the model or the like.
    if seen.count == 1, isOnBothSides { return self }
    guard seen.isSubset(of: [0, 1]) else { return .best }
    let isOfFirst = zip(scores, classes).contains { $0 > border && $1 == 0 }
    return isOfFirst && seen.count == 2 ? .best : self
  }
}
