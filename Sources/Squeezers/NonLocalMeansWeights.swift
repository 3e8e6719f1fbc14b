import RealModule

/// The weight of a patch's distance in fixed point: `round(m · exp(−d / (h² · channels)))`, zero below m / 1000, where
/// d is the mean squared difference a sample and m the largest multiplier with which no sum of weighted samples
/// exceeds 31 bits.
///
/// The division by the samples of a patch is a shift: distances are sums in units of 2^`shift`, the smallest power of
/// two that is no smaller than the number of samples.
struct NonLocalMeansWeights {
  let shift: Int
  /// For each distance; the last is the first zero.
  let table: [UInt32]

  init(strength: Double, channels: Int, search: Int, patch: Int) {
    let samples = patch * patch
    shift = (0...).first { 1 << $0 >= samples } ?? 0
    let unit = Double(1 << shift) / Double(samples)
    let multiplier = Double(Int(Int32.max) / (search * search * 255))
    let height = Float(strength)
    let spread = Double(height * height * Float(channels))
    var weights: [UInt32] = []
    repeat {
      let weight = (multiplier * Double.exp(-Double(weights.count) * unit / spread)).rounded(.toNearestOrEven)
      weights.append(weight < 0.001 * multiplier ? 0 : UInt32(weight))
    } while weights.last != 0
    table = weights
  }

  /// Whether 16 bits hold every distance whose weight is not zero.
  var fitsIn16Bits: Bool { (table.count - 1) << shift <= Int(UInt16.max) }
}
