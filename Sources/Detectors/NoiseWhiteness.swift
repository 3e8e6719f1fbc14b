import Common
import Pixels
import Squeezers

/// How white the noise of an image is: its finest detail as a share of detail of twice that size, where there is least of the
/// latter.
///
///     fine, coarse = mean of |mixed second difference| of pixels one apart, and two apart, over an 8×8 block
///     score        = mean of fine / (mean of coarse + floor),   over the `share` of the blocks with the smallest coarse
///
/// It is taken of R − G and of B − G, of which the smaller counts, or of brightness. It is 0 on a constant image, near 1 for white
/// noise that is far above the floor, and at most 4080 / floor. Of blocks with the same coarse detail, those with less fine detail
/// come first.
///
/// A lens, demosaicing, JPEG, and every scaling that averages leave less of the finest detail than of the next. A perturbation
/// that was computed at the model's size has a value of its own in each pixel, so that it is white. The ratio does not grow with the
/// noise, so it sees a change of one or two levels, and noise of cameras, grain and sharpening stay below it though they are
/// stronger. Pictures that were scaled without averaging (nearest, or OpenCV's bilinear) keep the finest detail of their source: in
/// brightness they come near to noise, in colour differences seldom.
///
/// It is blind to what has passed a JPEG or a scaling after the attack, to smooth perturbations, to squares and stripes, and to what
/// touches few pixels. Brightness sees perturbations with one sign for all channels as well, and those of gray images, from some four
/// levels on. An attacker who knows it makes his perturbation smooth. Gray images have no colour differences: no statement.
package struct NoiseWhiteness: ImageDetector {
  /// What the detail is looked for in.
  package enum Signal: String, Sendable, Hashable, CaseIterable {
    /// Red minus green and blue minus green; the smaller score counts.
    case colours
    case brightness
  }

  package static let kind = DetectorKind(
    .noiseWhiteness,
    "the finest detail as a share of the next finer, where the image is flattest: near 1 for white noise",
    source: "the mask of Immerkær 1996", parameters: [signalParameter, shareParameter, floorParameter]
  ) { arguments in
    NoiseWhiteness(
      signal: arguments.values.choice(signalParameter, as: Signal.self),
      share: arguments.values.number(shareParameter), floor: arguments.values.number(floorParameter))
  }
  private static let signalParameter = Parameter.choice(
    "signal", default: Signal.colours,
    "what the detail is looked for in: colours for noise with a sign of its own in each channel, brightness for any")
  private static let shareParameter = Parameter.number(
    "share", 0.001...1, default: 0.1, "the share of the image that is looked at, where it is flattest")
  private static let floorParameter = Parameter.number(
    "floor", 0.1...100, default: 2,
    "levels added to the coarser detail, so that what rounding leaves is not taken for noise")

  package let signal: Signal
  package let share: Double
  package let floor: Double

  /// - Precondition: 0 < share ≤ 1, 0 < floor.
  package init(signal: Signal = .colours, share: Double = 0.1, floor: Double = 2) {
    precondition(0 < share && share <= 1 && 0 < floor)
    self.signal = signal
    self.share = share
    self.floor = floor
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    switch signal {
    case .brightness:
      return score([shared.grain(.brightness, of: image)], in: "brightness")
    case .colours:
      guard image.channels == .rgb else { return DetectorScore(nil, "a gray image has no chroma") }
      return score(
        [shared.grain(.redLessGreen, of: image), shared.grain(.blueLessGreen, of: image)], in: "both colour differences"
      )
    }
  }

  /// That of the signal with the smallest.
  private func score(_ grains: [SharedPlanes.Grain], in subject: String) -> DetectorScore {
    let found = grains.map { $0.flattest(share) }.map { (ratio: $0.fine / ($0.coarse + floor), detail: $0) }
    guard let least = found.min(by: { $0.ratio < $1.ratio }) else { preconditionFailure("every image has a signal") }
    var score = DetectorScore(least.ratio, "how white the noise of \(subject) is where the image is flattest")
    score.measurements = [.init("fine", least.detail.fine), .init("coarse", least.detail.coarse)]
    return score
  }
}
