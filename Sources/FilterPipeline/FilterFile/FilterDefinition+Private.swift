import Detectors
import Squeezers

extension FilterDefinition {
  /// The names of private detectors.
  package var privateDetectors: Set<String> { Set(detectors.filter(\.isPrivate).map(\.name)) }

  /// The further models that private detectors ask, and no others.
  var privateModels: Set<String> { onlyPrivate(\.models) }

  /// The autoencoders that private detectors ask, and no others.
  var privateAutoencoders: Set<String> { onlyPrivate(\.autoencoders) }

  /// The squeezers whose versions private detectors compare, and no others, as verdicts name them.
  package var privateSqueezers: Set<String> { onlyPrivate { $0.squeezers.map(\.description) } }

  /// What private detectors name and no others do.
  private func onlyPrivate(_ named: (any PredictionDetector) -> [String]) -> Set<String> {
    func all(private isPrivate: Bool) -> Set<String> {
      let asking = detectors.filter { $0.isPrivate == isPrivate }
      return Set(asking.compactMap { $0.detector as? any PredictionDetector }.flatMap(named))
    }
    return all(private: true).subtracting(all(private: false))
  }
}
