/// A little of each of many clients in a chain, where there are more than it keeps tallies of.
///
/// Who searches may have many names, and ask under each in turn, or spend some of them so that nothing is kept of the others.
struct ClientGlances: Sendable {
  struct Glance: Sendable {
    var isSearch = false
    /// Whether it has shown enough to be part of a search of all.
    var takesPart = false
    /// Over the whole chain, as if that were all around one origin.
    fileprivate var evidence = FilteredEvidence()
    fileprivate var steps = 0
    fileprivate var lastUse = 0

    /// The least goes first.
    fileprivate var weight: (Int, Int) { (isSearch ? 2 : takesPart ? 1 : 0, steps) }
  }

  static let maximum = 256
  /// Take as much memory as a question that is kept whole.
  private static let inOneQuestion = 2
  private static let wholeChain = [0]

  /// By a digest of the name, which may be long. Its key is this process's own, so nobody can choose a name that is taken for another.
  private var glances: [Int: Glance] = [:]
  private var uses = 0

  /// How many questions that are kept whole would take as much memory.
  var charge: Int { glances.count / Self.inOneQuestion }

  subscript(client: String?) -> Glance? { glances.isEmpty ? nil : glances[client.hashValue] }

  /// Adds what a client was answered.
  mutating func note(_ answer: Answer, of client: String?, by rule: SearchRule) {
    change(client) { glance in
      let shown = glance.evidence.note(answer, anchor: nil, origins: Self.wholeChain)
      glance.steps = max(glance.steps, shown.steps)
      if rule.isPart(shown) { glance.takesPart = true }
    }
  }

  /// Keeps what a tally that goes has shown.
  mutating func keep(isSearch: Bool, takesPart: Bool, of client: String?) {
    guard isSearch || takesPart else { return }
    change(client) { glance in
      if isSearch { glance.isSearch = true }
      if takesPart { glance.takesPart = true }
    }
  }

  private mutating func change(_ client: String?, _ change: (inout Glance) -> Void) {
    let key = client.hashValue
    if glances[key] == nil, glances.count >= Self.maximum { dropOne() }
    uses += 1
    glances[key, default: Glance()].lastUse = uses
    change(&glances[key, default: Glance()])
  }

  /// Of those that have not asked for longest, the half of them, one goes that has shown least. By what they have shown alone, names
  /// that are spent would stay, and whoever comes after them would go. By the time alone, of names that ask in turn, one more than there
  /// is room for, each would be gone before it came back: so of equals, any goes.
  private mutating func dropOne() {
    let oldest = glances.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(Self.maximum / 2)
    guard let least = oldest.map(\.value.weight).min(by: <) else { return }
    if let one = oldest.filter({ $0.value.weight == least }).randomElement() { glances[one.key] = nil }
  }
}
