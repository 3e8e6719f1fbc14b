/// The pictures around which a chain gathers evidence: its first one, and each that was beyond the limit of all others.
///
/// Whoever searches chooses where the chain begins, and may begin with a picture beside the one that is meant. A film passes
/// each origin; a search stays at one.
struct ChainOrigins: Sendable {
  private struct Origin: Sendable {
    let number: Int
    let picture: NormalizedFingerprint
    var lastUse: Int
    var uses = 1
  }

  static let maximum = 8

  private var origins: [Origin]
  private var uses = 0
  private var nextNumber = 1

  /// - Parameters:
  ///   - first: is never replaced; its number is 0.
  init(_ first: NormalizedFingerprint) {
    origins = [Origin(number: 0, picture: first, lastUse: 0)]
  }

  /// The origins that a picture is near to; it becomes one where there is none.
  ///
  /// - Returns: their numbers, and the number of the origin that went for a new one.
  /// - Complexity: O(`maximum`) comparisons.
  mutating func near(_ look: Look) -> (numbers: [Int], replaced: Int?) {
    uses += 1
    var numbers: [Int] = []
    for place in origins.indices where look.distance(to: origins[place].picture) <= Double(QuestionIndex.limit) {
      origins[place].lastUse = uses
      origins[place].uses += 1
      numbers.append(origins[place].number)
    }
    guard numbers.isEmpty else { return (numbers, nil) }
    let fresh = Origin(number: nextNumber, picture: look.plain, lastUse: uses)
    nextNumber += 1
    guard origins.count >= Self.maximum else {
      origins.append(fresh)
      return ([fresh.number], nil)
    }
    let place = leastUsed
    let replaced = origins[place].number
    origins[place] = fresh
    return ([fresh.number], replaced)
  }

  /// Of those that were not near to anything for longest, the half of them, the one that was near to least. By the time alone, a
  /// few questions elsewhere would drop the one that somebody searches around.
  private var leastUsed: Int {
    let oldest = origins.indices.dropFirst().sorted { origins[$0].lastUse < origins[$1].lastUse }
    return oldest.prefix(Self.maximum / 2).min { origins[$0].uses < origins[$1].uses } ?? 1
  }
}
