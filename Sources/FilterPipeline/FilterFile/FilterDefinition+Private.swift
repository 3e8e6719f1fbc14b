import Detectors
import Squeezers

extension FilterDefinition {
  /// The names of private detectors.
  package var privateDetectors: Set<String> { Set(detectors.filter(\.isPrivate).map(\.name)) }

  /// The groups all of whose detectors are private.
  var privateGroups: Set<String> {
    Set(calibratedDetectors.filter(\.isPrivate).map(\.group))
      .subtracting(calibratedDetectors.filter { !$0.isPrivate }.map(\.group))
  }

  /// The further models that no public detector asks; none in a filter without private detectors.
  var privateModels: Set<String> { notPublic(models.map(\.name), \.models) }

  /// The autoencoders that no public detector asks; none in a filter without private detectors.
  var privateAutoencoders: Set<String> { notPublic(autoencoders.map(\.name), \.autoencoders) }

  /// The squeezers whose versions private detectors compare, and no others, as verdicts name them.
  package var privateSqueezers: Set<String> {
    notPublic(detectorSqueezers.map(\.description)) { $0.squeezers.map(\.description) }
  }

  /// The names of the witnesses that only private detectors ask.
  package var privateWitnesses: [String] {
    privateSqueezers.sorted() + privateModels.sorted().map(PredictionEvidence.name(ofModel:))
      + privateAutoencoders.sorted().map(PredictionEvidence.name(ofAutoencoder:))
  }

  /// Those of `names` that no public detector uses. One that nobody uses yet may be there for a private detector.
  private func notPublic(_ names: [String], _ used: (any PredictionDetector) -> [String]) -> Set<String> {
    guard detectors.contains(where: \.isPrivate) else { return [] }
    let open = detectors.filter { !$0.isPrivate }.compactMap { $0.detector.predictionDetector }
    return Set(names).subtracting(open.flatMap(used))
  }
}
