import Attacks
import Common
import Pixels
import Synchronization

/// A classifier of two classes whose log-odds are a weighted sum of samples, and beside it a filter that flags how a picture
/// changed: everything about it can be computed by hand.
final class LinearTarget: Target {
  let original: Picture
  /// By how many levels, on the mean of all samples, a picture must move along the weights to be of class 1.
  let margin: Double
  /// Pictures are flagged that have moved as far as this, on the mean of all samples whatever the direction; none without it.
  let flagsFrom: Double?
  private let counted = Mutex(0)

  var queries: Int { counted.withLock { $0 } }

  init(margin: Double, flagsFrom: Double? = nil, side: Int = 8) {
    let size = PixelSize(width: side, height: side)
    var random = RandomNumbers(seed: "picture")
    original = Picture(
      size: size, channels: .rgb, samples: (0..<size.area * 3).map { _ in UInt8(96 + random.index(below: 64)) })
    self.margin = margin
    self.flagsFrom = flagsFrom
  }

  /// One sign for each channel and half of the picture: low frequencies, which every attack has a way to find.
  private func weight(_ index: Int) -> Double {
    let isLeft = index / 3 % original.size.width < original.size.width / 2
    return (index % 3 == 1) == isLeft ? 1 : -1
  }

  func answer(to picture: Picture) -> Answer {
    var (moved, length) = (0.0, 0.0)
    for index in picture.samples.indices {
      let change = Double(picture.samples[index]) - Double(original.samples[index])
      moved += weight(index) * change
      length += abs(change)
    }
    let count = Double(picture.samples.count)
    let logOdds = Float(moved / count - margin)
    let isHeldBack = flagsFrom.map { length / count >= $0 } ?? false
    let other: Float = 0
    return Answer(
      logProbabilities: [other - logOdds, other], topClass: logOdds > 0 ? 1 : 0, isHeldBack: isHeldBack,
      suspicion: isHeldBack ? length / count - (flagsFrom ?? 0) : 0)
  }

  func answers(to pictures: [Picture]) async throws(SluiceError) -> [Answer] {
    counted.withLock { $0 += pictures.count }
    return pictures.map { answer(to: $0) }
  }

  /// A picture of class 1, as far away as can be.
  var farAway: Picture {
    Picture(
      size: original.size, channels: original.channels,
      samples: original.samples.indices.map { weight($0) > 0 ? 255 : 0 })
  }
}
