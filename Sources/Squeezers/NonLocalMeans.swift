import Common
import Pixels

/// Non-local means: every sample becomes the mean of the samples in a `search` × `search` window around it, weighted by
/// how alike the `patch` × `patch` neighbourhoods around both are; edges are mirrored about the edge sample.
///
/// The weight falls with the mean squared difference d of the patches as `exp(−d / strength²)`. Gray is denoised as it
/// is, RGB in CIE Lab: the lightness by itself, the two colour planes jointly. The results are those of OpenCV's
/// `fastNlMeansDenoising` and, for an RGB array as it is, `fastNlMeansDenoisingColored` (with equal strengths), bit for
/// bit. Sources: Buades, Coll, Morel 2005; as a squeezer, Xu, Evans, Qi 2018, section II-C.
package struct NonLocalMeans: FixedSqueezer {
  package static let searchRange = 3...41
  package static let patchRange = 1...15
  package static let strengthRange = 0.5...50

  package static let kind = SqueezerKind(
    .nonLocalMeans, "mean of the samples around each one, weighted by how alike their surroundings are",
    source: "Buades, Coll, Morel 2005", parameters: [searchParameter, patchParameter, strengthParameter]
  ) {
    NonLocalMeans(
      search: $0.integer(searchParameter), patch: $0.integer(patchParameter), strength: $0.number(strengthParameter))
  }
  private static let searchParameter = Parameter.integer(
    "search", searchRange, default: 11, isOdd: true, "side of the window that samples are taken from")
  private static let patchParameter = Parameter.integer(
    "patch", patchRange, default: 3, isOdd: true, "side of the neighbourhoods that are compared")
  private static let strengthParameter = Parameter.number(
    "strength", strengthRange, default: 4, "difference of two neighbourhoods at which the weight is 1/e")

  package let search: Int
  package let patch: Int
  package let strength: Double
  private let single: NonLocalMeansWeights
  private let joint: NonLocalMeansWeights

  /// - Precondition: each value lies in its range; `search` and `patch` are odd.
  package init(search: Int, patch: Int, strength: Double) {
    precondition(Self.searchRange.contains(search) && search % 2 == 1)
    precondition(Self.patchRange.contains(patch) && patch % 2 == 1)
    precondition(Self.strengthRange.contains(strength))
    self.search = search
    self.patch = patch
    self.strength = strength
    single = NonLocalMeansWeights(strength: strength, channels: 1, search: search, patch: patch)
    joint = NonLocalMeansWeights(strength: strength, channels: 2, search: search, patch: patch)
  }

  package var description: String { "nonLocalMeans \(search)-\(patch)-\(strength.plainText)" }

  /// - Complexity: O(pixels · search² · patch).
  package func squeeze(_ image: borrowing PixelImage) -> PixelImage {
    switch image.channels {
    case .gray:
      return denoised(SamplePlanes(deinterleaving: image), single).interleaved()
    case .rgb:
      let (lightness, colour) = LinearLab.planes(of: image)
      return LinearLab.image(lightness: denoised(lightness, single), colour: denoised(colour, joint))
    }
  }

  private func denoised(_ planes: SamplePlanes, _ weights: NonLocalMeansWeights) -> SamplePlanes {
    weights.fitsIn16Bits
      ? WeightedPairs<UInt16>(planes, weights: weights, search: search, patch: patch).means()
      : WeightedPairs<UInt32>(planes, weights: weights, search: search, patch: patch).means()
  }
}
