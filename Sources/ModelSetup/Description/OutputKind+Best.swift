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

  /// The kind of an output of one number, corrected where another output names a class beside it: unless that is the side of the
  /// border that the number lies on, the number is the score of that class, whichever it is.
  ///
  /// - Parameters:
  ///   - scores: the number of each run.
  ///   - classes: the class beside it. Where all runs have the same, nothing tells two classes from one of many.
  package func corrected(byScores scores: [Float], classes: [Float]) -> OutputKind {
    let border: Float = self == .oneProbability ? 0.5 : 0
    let areSides = zip(scores, classes).allSatisfy { $1 == ($0 > border ? 1 : 0) }
    return areSides && Set(classes).count == 2 ? self : .best
  }
}
