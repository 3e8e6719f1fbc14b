/// The catalogue: every detector that a filter file can name, in the order in which lists show them: first those that
/// cost no classifier call.
///
/// A kind of detector is made with its case here, and every case says which kind it stands for: whoever adds a detector
/// and forgets it here cannot compile.
package enum DetectorKey: String, Sendable, Hashable, CaseIterable {
  case fileFindings
  case scalingAttack
  case chromaResidual
  case noiseWhiteness
  case noiseKurtosis
  case stripeNoise
  case stripeConsistency
  case patchEvidence
  case naturalStatistics
  case featureSqueezing
  case transformConsistency
  case labelFlip
  case auxiliaryModel
  case ensembleDisagreement
  case autoencoder
  case certifiedPatch

  package var kind: DetectorKind {
    switch self {
    case .fileFindings: FileFindings.kind
    case .scalingAttack: ScalingAttack.kind
    case .chromaResidual: ChromaResidual.kind
    case .noiseWhiteness: NoiseWhiteness.kind
    case .noiseKurtosis: NoiseKurtosis.kind
    case .stripeNoise: StripeNoise.kind
    case .stripeConsistency: StripeConsistency.kind
    case .patchEvidence: PatchEvidence.kind
    case .naturalStatistics: NaturalStatistics.kind
    case .featureSqueezing: FeatureSqueezing.kind
    case .transformConsistency: TransformConsistency.kind
    case .labelFlip: LabelFlip.kind
    case .auxiliaryModel: AuxiliaryModel.kind
    case .ensembleDisagreement: EnsembleDisagreement.kind
    case .autoencoder: AutoencoderDetector.kind
    case .certifiedPatch: CertifiedPatch.kind
    }
  }
}

extension DetectorKind {
  /// Every kind, in the order of the catalogue.
  package static let all = DetectorKey.allCases.map(\.kind)
}
