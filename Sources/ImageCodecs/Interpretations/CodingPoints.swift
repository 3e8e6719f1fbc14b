/// What coding-independent code points (ITU-T H.273) say about the colours of a PNG: primaries, and a transfer function, of
/// RGB in full range. Those that are evaluated; not the ones of high dynamic range.
package struct CodingPoints: Sendable, Hashable {
  private let primaries: UInt8
  private let transfer: UInt8

  /// The code points in the body of a chunk; `nil` for others than are evaluated.
  package init?(_ body: Span<UInt8>) {
    guard body.count == 4, body[2] == Self.matrixOfRGB, body[3] == Self.fullRange else { return nil }
    primaries = body[0]
    transfer = body[1]
    guard Self.spaces[primaries] != nil, curve != nil else { return nil }
  }

  private static let matrixOfRGB: UInt8 = 0
  private static let fullRange: UInt8 = 1

  /// From encoded values to linear light.
  var curve: ToneCurve? {
    switch transfer {
    // BT.709, BT.601, and BT.2020 of 10 and of 12 bits.
    case 1, 6, 14, 15: .parametric(g: 1 / 0.45, a: 1 / 1.099, b: 0.099 / 1.099, c: 1 / 4.5, d: 0.081, e: 0, f: 0)
    case 4: .gamma(2.2)
    case 5: .gamma(2.8)
    case 8: .gamma(1)
    // sRGB.
    case 13: .parametric(g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.040_45, e: 0, f: 0)
    default: nil
    }
  }

  /// White point, red, green and blue, x and y of each, in hundred-thousandths.
  package var chromaticities: [Int] { Self.spaces[primaries]?.chromaticities ?? [] }

  /// The XYZ of red, green and blue in the connection space of profiles (illuminant D50).
  package var connected: [[Double]]? { Self.spaces[primaries]?.connected }

  private struct Space {
    let chromaticities: [Int]
    /// Computed from the chromaticities, Bradford-adapted to D50; a test does it again.
    let connected: [[Double]]
  }

  private static let spaces: [UInt8: Space] = [
    // BT.709, and sRGB.
    1: Space(
      chromaticities: [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000],
      connected: [
        [0.436_041, 0.222_485, 0.013_920], [0.385_113, 0.716_905, 0.097_067], [0.143_046, 0.060_610, 0.713_913],
      ]),
    // BT.601 of 625 lines.
    5: Space(
      chromaticities: [31_270, 32_900, 64_000, 33_000, 29_000, 60_000, 15_000, 6000],
      connected: [
        [0.455_246, 0.232_283, 0.014_533], [0.367_595, 0.707_821, 0.104_874], [0.141_359, 0.059_896, 0.705_493],
      ]),
    // BT.601 of 525 lines.
    6: Space(
      chromaticities: [31_270, 32_900, 63_000, 34_000, 31_000, 59_500, 15_500, 7000],
      connected: [
        [0.416_291, 0.221_676, 0.013_646], [0.393_195, 0.703_282, 0.091_326], [0.154_713, 0.075_042, 0.719_928],
      ]),
    // BT.2020.
    9: Space(
      chromaticities: [31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4600],
      connected: [
        [0.673_480, 0.279_043, -0.001_933], [0.165_671, 0.675_344, 0.029_983], [0.125_049, 0.045_613, 0.796_851],
      ]),
    // P3 with the white of cinemas.
    11: Space(
      chromaticities: [31_400, 35_100, 68_000, 32_000, 26_500, 69_000, 15_000, 6000],
      connected: [
        [0.486_161, 0.226_684, -0.000_802], [0.323_851, 0.710_334, 0.043_235], [0.154_188, 0.062_983, 0.782_466],
      ]),
    // P3 with the white of displays.
    12: Space(
      chromaticities: [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000],
      connected: [
        [0.515_119, 0.241_189, -0.001_050], [0.291_978, 0.692_244, 0.041_879], [0.157_103, 0.066_567, 0.784_071],
      ]),
  ]
}
