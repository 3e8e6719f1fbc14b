import Pixels
import Squeezers

extension Subject {
  /// The squeezers that filters use most, on one picture of 224×224 pixels.
  package static let squeezers = {
    let picture = TestPicture()
    let squeezers: [any Squeezer] = [
      NonLocalMeans(search: 11, patch: 3, strength: 4), Median(window: 2), Median(window: 3), BitDepth(bits: 5),
      JPEGRoundTrip(quality: 75), Bilateral(diameter: 9, colour: 25, space: 5), Gaussian(sigma: 1),
      TotalVariation(weight: 0.05, iterations: 40), WaveletShrinkage(strength: 4, levels: 2),
    ]
    return squeezers.map { Subject($0, of: picture) }
  }()

  private init(_ squeezer: any Squeezer, of picture: TestPicture) {
    self.init(
      name: squeezer.description, imagesPerPass: 1,
      pass: { _ = squeezer.squeeze(picture.image, seed: .none) },
      result: { squeezer.squeeze(picture.image, seed: .none).bytes })
  }
}

extension PixelImage {
  fileprivate var bytes: [UInt8] {
    let samples = samples
    return (0..<samples.count).map { samples[$0] }
  }
}
