import Detectors
import FilterPipeline
import ImageCodecs
import Pictures
import Pixels
import Squeezers

/// What there is to see of a kept image: the image as the classifier gets it, its squeezed versions, what they changed, and
/// where.
///
/// Every picture is made anew from decoded pixels; not a byte of the sender's file goes into it.
package struct EvidencePictures: Sendable {
  private let pipeline: Pipeline
  private let input: EncodedInput
  private let seed: ImageSeed
  package let squeezers: [any Squeezer]

  package init(_ pipeline: Pipeline, _ input: EncodedInput) {
    self.pipeline = pipeline
    self.input = input
    seed = pipeline.seed(of: input.bytes)
    squeezers = Self.shownSqueezers(of: pipeline)
  }

  /// Masks of a certified detector come by the dozen and show nothing that its region does not.
  package static func shownSqueezers(of pipeline: Pipeline) -> [any Squeezer] {
    pipeline.squeezers.filter { !($0 is Occlusion) }
  }

  /// - Throws: what decoding throws.
  package func original() throws(SluiceError) -> PixelImage { try pipeline.modelImage(of: input) }

  /// The version that the squeezer at a place makes.
  package func version(_ place: Int) throws(SluiceError) -> PixelImage {
    squeezers[place].squeeze(try original(), seed: seed)
  }

  /// What that version changed, and how many times it is amplified.
  package func difference(_ place: Int) throws(SluiceError) -> Difference {
    let original = try original()
    let version = squeezers[place].squeeze(original, seed: seed)
    let gain = original.readableGain(against: version)
    return Difference(picture: original.difference(to: version, gain: gain), gain: gain)
  }

  /// Where any of the versions differs, and by how many levels at most.
  ///
  /// Versions that move the picture, as a mirror does, differ everywhere and are left out. Where no other is left, a median
  /// shows what is rough.
  package func heat() throws(SluiceError) -> HeatMap {
    let original = try original()
    var strengths = [Int](repeating: 0, count: original.size.area)
    for squeezer in heatSqueezers {
      original.raise(&strengths, toDifferenceFrom: squeezer.squeeze(original, seed: seed))
    }
    let most = strengths.max() ?? 0
    return HeatMap(picture: original.heat(strengths, most: most), most: most)
  }

  /// What squeezing changed, each sample `gain` times.
  package struct Difference: ~Copyable {
    package let picture: PixelImage
    package let gain: Int
  }

  /// Where squeezing changed something, the brightest being `most` levels of 255.
  package struct HeatMap: ~Copyable {
    package let picture: PixelImage
    package let most: Int
  }

  /// The squeezers whose changes the heat map shows.
  package var heatSqueezers: [any Squeezer] {
    let staying = squeezers.filter { !Self.moves($0) }
    return staying.isEmpty ? [Median(window: 2)] : staying
  }

  private static func moves(_ squeezer: any Squeezer) -> Bool { squeezer is Mirror || squeezer is Shift }
}
