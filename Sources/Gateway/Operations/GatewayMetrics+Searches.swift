import StatefulDetection

extension GatewayMetrics {
  /// Only a gateway that remembers questions has these.
  package func declareSearches() {
    declare(Metric.ofSearches)
    for action in SearchAction.allCases where action != .off {
      for metric in [Metric.searches, .searchAnswers] { registry.add(0, to: metric, ["action": action.rawValue]) }
    }
  }

  func noteRemembered(_ size: QueryMemory.Size) {
    registry.set(.remembered, to: Double(size.questions))
    registry.set(.chains, to: Double(size.chains))
  }

  func noteSighting(_ sighting: Sighting, _ action: SearchAction, _ size: QueryMemory.Size, seconds: Double) {
    noteRemembered(size)
    registry.observe(.lookupSeconds, seconds)
    if sighting.becameSearch { registry.add(to: .searches, ["action": action.rawValue]) }
    if sighting.concernsAsker { registry.add(to: .searchAnswers, ["action": action.rawValue]) }
  }
}

extension Metric {
  fileprivate static let remembered = gauge("sluice_query_guard_questions", "Questions that are remembered.")
  fileprivate static let chains = gauge(
    "sluice_query_guard_chains", "Chains of questions that are near to each other; one question is a chain.")
  fileprivate static let searches = counter(
    "sluice_query_guard_searches_total", "Searches that were noticed, by what is done about them.")
  fileprivate static let searchAnswers = counter(
    "sluice_query_guard_answers_total", "Images of those who searched, by what was done about them.")
  fileprivate static let lookupSeconds = histogram(
    "sluice_query_guard_seconds", "Time to remember an image and to find those that are near.",
    [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1])

  fileprivate static let ofSearches: [Metric] = [.remembered, .chains, .searches, .searchAnswers, .lookupSeconds]
}
