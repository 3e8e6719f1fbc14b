import Squeezers

extension FeatureSqueezing {
  /// The joint detector that its authors found best on ImageNet (Xu, Evans, Qi 2018, table VI): what others compare with.
  package static let published = FeatureSqueezing([
    Witness(BitDepth(bits: 5), .l1), Witness(Median(window: 2), .l1),
    Witness(NonLocalMeans(search: 11, patch: 3, strength: 4), .l1),
  ])
}
