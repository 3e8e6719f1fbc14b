/// Where a node stands in a filter file, as far as that says which of its keys have no effect on scores.
///
/// A key counts by its place: under `models` and `autoencoders` keys are names, which the operator chooses.
enum ScoringPlace {
  case decode
  /// The classifier, or one of the models.
  case classifier
  /// A mapping from names to models.
  case models
  case engine
  case detectors
  /// An entry of `detectors`: the one key is its kind.
  case detector
  case detectorMembers
  /// Where every key counts.
  case elsewhere

  init(section: String) {
    switch section {
    case "decode": self = .decode
    case "classifier": self = .classifier
    case "models", "autoencoders": self = .models
    case "detectors": self = .detectors
    default: self = .elsewhere
    }
  }

  /// What decides about scores, names things, or says where files lie and how they are opened, without changing a score.
  var withoutEffect: Set<String> {
    switch self {
    case .decode: ["formats", "maxBytes", "maxPixels", "maxDimension"]
    case .engine: ["model", "labels", "library", "maxBatch"]
    case .detectorMembers: ["threshold", "reference", "private"]
    case .classifier, .models, .detectors, .detector, .elsewhere: []
    }
  }

  func member(_ key: String) -> ScoringPlace {
    switch self {
    case .classifier where key == "openvino": .engine
    case .models: .classifier
    case .detector: .detectorMembers
    case .classifier, .decode, .engine, .detectors, .detectorMembers, .elsewhere: .elsewhere
    }
  }

  var element: ScoringPlace {
    switch self {
    case .detectors: .detector
    case .decode, .classifier, .models, .engine, .detector, .detectorMembers, .elsewhere: .elsewhere
    }
  }
}
