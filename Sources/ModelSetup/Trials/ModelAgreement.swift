/// How often two models see the same class on the photographs that both were tried with.
package struct ModelAgreement: Sendable {
  private let pairs: [(first: Int, second: Int)]

  /// On fewer photographs, models that know the same classes may differ by chance.
  private static let leastPhotographs = 16
  /// Whoever agrees on so many sees the same, also where nearly all photographs are of one class.
  private static let sameView = 0.5
  /// Agreement is more than chance when it exceeds it by so many standard errors.
  private static let clearlyMore = 2.0

  /// - Parameters:
  ///   - first: the class that the first model sees on each photograph, by the photograph's name.
  ///   - second: the same of the second model, which may have been tried with others.
  package init(_ first: [String: Int], _ second: [String: Int]) {
    pairs = first.compactMap { name, seen in second[name].map { (first: seen, second: $0) } }
  }

  private var sameCount: Int { pairs.count { $0.first == $0.second } }

  /// The share that would agree if what one model sees said nothing of what the other does.
  private var chance: Double {
    let total = Double(max(1, pairs.count))
    let seen = Dictionary(grouping: pairs, by: { $0.second }).mapValues(\.count)
    return pairs.reduce(0) { $0 + Double(seen[$1.first] ?? 0) } / (total * total)
  }

  /// What to say where the models agree about as rarely as by chance; `nil` where they do not, and with few photographs.
  package var warning: String? {
    let total = Double(pairs.count)
    guard pairs.count >= Self.leastPhotographs else { return nil }
    let (share, chance) = (Double(sameCount) / total, self.chance)
    // Of all or no agreement, one photograph more or less is taken as the error.
    let error = (max(chance * (1 - chance), 1 / total) / total).squareRoot()
    guard share < Self.sameView, share <= chance + Self.clearlyMore * error else { return nil }
    return
      "the two models see the same class on \(sameCount) of \(pairs.count) photographs: are their classes in the same order?"
  }
}
