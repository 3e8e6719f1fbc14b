import StatefulDetection

extension GatewayMetrics {
  private static let remembered = "sluice_query_guard_questions"
  private static let chains = "sluice_query_guard_chains"
  private static let searches = "sluice_query_guard_searches_total"
  private static let answers = "sluice_query_guard_answers_total"
  private static let seconds = "sluice_query_guard_seconds"

  private static let lookups = [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1]

  /// Only a gateway that remembers questions has these.
  package func declareSearches() {
    registry.declare(Self.remembered, "gauge", "Questions that are remembered.")
    registry.declare(Self.chains, "gauge", "Chains of questions that are near to each other; one question is a chain.")
    registry.declare(Self.searches, "counter", "Searches that were noticed, by what is done about them.")
    registry.declare(Self.answers, "counter", "Images of those who searched, by what was done about them.")
    registry.declare(
      Self.seconds, "histogram", "Time to remember an image and to find those that are near.", buckets: Self.lookups)
    for action in SearchAction.allCases where action != .off {
      for name in [Self.searches, Self.answers] { registry.add(0, to: name, ["action": action.rawValue]) }
    }
  }

  func noteRemembered(_ size: QueryMemory.Size) {
    registry.set(Self.remembered, to: Double(size.questions))
    registry.set(Self.chains, to: Double(size.chains))
  }

  func noteSighting(_ sighting: Sighting, _ action: SearchAction, _ size: QueryMemory.Size, seconds: Double) {
    noteRemembered(size)
    registry.observe(Self.seconds, seconds)
    if sighting.becameSearch { registry.add(to: Self.searches, ["action": action.rawValue]) }
    if sighting.concernsAsker { registry.add(to: Self.answers, ["action": action.rawValue]) }
  }
}
