/// The sections of a filter file, in the order in which they are listed.
enum FilterKey: String, CaseIterable {
  case version
  case name
  case decode
  case preprocess
  case normalize
  case tensor
  case classifier
  case models
  case autoencoders
  case activationRanges
  case secret
  case detectors
  case decision
  case forward
  case sanitize

  /// Whether it is about what is made of a prepared picture, and not about how pictures are prepared.
  var isBehindPreparation: Bool {
    switch self {
    case .version, .name, .decode, .preprocess, .normalize, .tensor, .secret: false
    case .classifier, .models, .autoencoders, .activationRanges, .detectors, .decision, .forward, .sanitize: true
    }
  }
}
