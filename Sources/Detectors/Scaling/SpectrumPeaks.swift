import Pixels

/// What an image-scaling attack leaves in the spectrum: it repeats every source/target samples, which gives peaks at the
/// multiples of target/source cycles a sample.
///
/// Source: "peak spectrum" and "peak distance" of the frequency detectors of ACSAC 2023, here with both turned so that
/// higher is more suspicious.
package struct SpectrumPeaks {
  /// The share of frequencies, outside the central one that the scaled picture keeps, whose power lies below the mean
  /// over 5 × 5 windows at the predicted peaks; 0…1.
  package let spectrum: Double
  /// One less the mean distance from a predicted peak to the strongest frequency around it, within half a period, as a
  /// share of the longest distance; 0…1.
  package let distance: Double

  /// Of very large ratios the lowest multiples are enough.
  private static let highestMultiple = 8

  /// - Returns: `nil` where no peak is predicted: a ratio of 2 or less along both axes.
  /// - Complexity: O(frequencies), and the transform.
  package init?(of luma: borrowing PixelImage, scaledTo target: PixelSize) {
    let multiplesX = Self.multiples(luma.size.width, target.width)
    let multiplesY = Self.multiples(luma.size.height, target.height)
    guard multiplesX > 0 || multiplesY > 0 else { return nil }
    let spectrum = LumaSpectrum(of: luma)
    let periodX = Double(spectrum.width) * Double(target.width) / Double(luma.size.width)
    let periodY = Double(spectrum.height) * Double(target.height) / Double(luma.size.height)
    let reachX = min(Int(periodX / 2), spectrum.width / 2)
    let reachY = min(Int(periodY / 2), spectrum.height / 2)
    var (power, distances, count) = (0.0, 0.0, 0.0)
    for j in 0...multiplesY {
      for i in -multiplesX...multiplesX where j > 0 || i > 0 {
        let x = Int((Double(i) * periodX).rounded())
        let y = Int((Double(j) * periodY).rounded())
        power += spectrum.meanPower(x: x, y: y, radius: 2)
        distances += spectrum.distanceToStrongest(x: x, y: y, reachX: reachX, reachY: reachY)
        count += 1
      }
    }
    self.spectrum = spectrum.shareBelow(Float(power / count), outsideX: reachX, outsideY: reachY)
    distance = 1 - distances / count
  }

  private static func multiples(_ source: Int, _ target: Int) -> Int {
    // Exactly at half the sampling rate a peak coincides with its mirror image, and clean images have one there too.
    min(highestMultiple, Int(max(0, Double(source) / Double(target) / 2 - 0.001)))
  }
}

extension LumaSpectrum {
  fileprivate func meanPower(x: Int, y: Int, radius: Int) -> Double {
    var total = 0.0
    for v in y - radius...y + radius {
      for u in x - radius...x + radius { total += Double(power(x: u, y: v)) }
    }
    return total / Double((2 * radius + 1) * (2 * radius + 1))
  }

  fileprivate func distanceToStrongest(x: Int, y: Int, reachX: Int, reachY: Int) -> Double {
    var (strongest, farthest, longest) = (-Float.infinity, 0.0, 0.0)
    // Up to half the sampling rate: beyond it lies the mirror image, with the peak's own mirror image in it.
    for v in -reachY...reachY where abs(y + v) <= height / 2 {
      for u in -reachX...reachX where abs(x + u) <= width / 2 {
        let value = power(x: x + u, y: y + v)
        let distance = Double(u * u + v * v).squareRoot()
        longest = max(longest, distance)
        if value < strongest { continue }
        // Of equals the farthest, so that a constant image is not suspicious.
        farthest = value > strongest ? distance : max(farthest, distance)
        strongest = value
      }
    }
    return longest == 0 ? 1 : farthest / longest
  }

  fileprivate func shareBelow(_ limit: Float, outsideX: Int, outsideY: Int) -> Double {
    var (below, count) = (0, 0)
    for x in 0..<width {
      let isCentralX = min(x, width - x) <= outsideX
      for y in 0...height / 2 where !(isCentralX && y <= outsideY) {
        below += power(x: x, y: y) < limit ? 1 : 0
        count += 1
      }
    }
    return count == 0 ? 0 : Double(below) / Double(count)
  }
}
