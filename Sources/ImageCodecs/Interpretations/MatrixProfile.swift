import Pixels
import RealModule

/// An ICC profile of the matrix kind (ICC.1:2022, 8.3 and 8.4): a tone curve for each channel, and for colour a matrix
/// to the XYZ of the profile connection space, as displays and most cameras have them.
package struct MatrixProfile: Sendable {
  private let curves: [ToneCurve]
  /// From linear RGB of the profile to linear sRGB, row by row; empty for gray.
  private let matrix: [Double]

  private static let headerBytes = 128
  private static let maxTags = 200
  private static let overriding: Set<String> = ["A2B0", "A2B1", "A2B2", "D2B0", "D2B1", "D2B2", "D2B3", "cicp"]
  /// From the XYZ of the connection space (illuminant D50) to linear sRGB, Bradford-adapted (IEC 61966-2-1).
  private static let sRGB = [
    3.133_856_1, -1.616_866_7, -0.490_614_6, -0.978_768_4, 1.916_141_5, 0.033_454_0, 0.071_945_3, -0.228_991_4,
    1.405_242_7,
  ]

  /// The profile in the given bytes; `nil` when it is malformed, when two of its tags have one name, and when it has
  /// tables or code points, which viewers prefer to the matrix and which are not evaluated.
  ///
  /// - Complexity: O(bytes).
  package init?(_ bytes: Span<UInt8>) {
    guard bytes.hasBytes("acsp", at: 36), bytes.hasBytes("XYZ ", at: 20) else { return nil }
    guard let tags = Self.tags(bytes) else { return nil }
    guard tags.keys.allSatisfy({ !Self.overriding.contains($0) }) else { return nil }
    func curve(_ name: String) -> ToneCurve? { tags[name].flatMap { ToneCurve(bytes.extracting($0)) } }
    if bytes.hasBytes("GRAY", at: 16) {
      guard let gray = curve("kTRC") else { return nil }
      curves = [gray]
      matrix = []
      return
    }
    guard bytes.hasBytes("RGB ", at: 16) else { return nil }
    guard let red = curve("rTRC"), let green = curve("gTRC"), let blue = curve("bTRC") else { return nil }
    guard let x = Self.primary("rXYZ", tags, bytes), let y = Self.primary("gXYZ", tags, bytes),
      let z = Self.primary("bXYZ", tags, bytes)
    else { return nil }
    curves = [red, green, blue]
    matrix = Self.toSRGB(primaries: [x, y, z])
  }

  /// A profile that says what code points do.
  package init?(_ points: CodingPoints) {
    guard let curve = points.curve, let primaries = points.connected else { return nil }
    curves = [curve, curve, curve]
    matrix = Self.toSRGB(primaries: primaries)
  }

  /// The product of the matrix to sRGB and the one whose columns are the primaries.
  private static func toSRGB(primaries: [[Double]]) -> [Double] {
    var product: [Double] = []
    for row in 0..<3 {
      for primary in primaries {
        var sum = 0.0
        for index in 0..<3 { sum += sRGB[3 * row + index] * primary[index] }
        product.append(sum)
      }
    }
    return product
  }

  private static func tags(_ bytes: Span<UInt8>) -> [String: Range<Int>]? {
    guard let count = bytes.uint32(at: headerBytes), count <= maxTags else { return nil }
    var tags: [String: Range<Int>] = [:]
    for index in 0..<count {
      let entry = headerBytes + 4 + 12 * index
      guard let offset = bytes.uint32(at: entry + 4), let length = bytes.uint32(at: entry + 8),
        offset <= bytes.count, length <= bytes.count - offset
      else { return nil }
      let name = String(decoding: (0..<4).map { bytes[entry + $0] }, as: UTF8.self)
      guard tags.updateValue(offset..<offset + length, forKey: name) == nil else { return nil }
    }
    return tags
  }

  private static func primary(
    _ name: String, _ tags: [String: Range<Int>], _ bytes: Span<UInt8>
  ) -> [Double]? {
    guard let range = tags[name], range.count >= 20 else { return nil }
    let tag = bytes.extracting(range)
    return tag.hasBytes("XYZ ", at: 0) ? (0..<3).map { tag.fixedPoint(at: 8 + 4 * $0) } : nil
  }

  /// Brings the image to sRGB, as a viewer shows it that honours the profile; relative colorimetric, clipped to the gamut.
  ///
  /// A gray profile on a colour picture changes nothing: viewers ignore it. A colour profile on a gray picture is
  /// honoured by many of them, as if red, green and blue were alike.
  ///
  /// - Parameters:
  ///   - isGray: whether the picture is gray in its file, whatever its channels are.
  /// - Complexity: O(samples).
  package func convertToSRGB(_ image: inout PixelImage, isGray: Bool) {
    guard let conversion = conversion(of: image.channels, isGray: isGray) else { return }
    var samples = image.mutableSamples
    conversion.convert(&samples)
  }

  /// The conversion for pictures with such channels; `nil` where viewers ignore the profile, and where it is sRGB in other
  /// words, as most profiles are.
  ///
  /// - Complexity: O(1).
  package func conversion(of channels: PixelChannels, isGray: Bool) -> Conversion? {
    guard curves.count > 1 || isGray else { return nil }
    let conversion = Conversion(self, channels)
    return conversion.isIdentity ? nil : conversion
  }

  /// Whether what is gray stays so, but for a tinge: only then one channel can hold what a viewer shows.
  ///
  /// - Complexity: O(1).
  package var keepsGray: Bool { Conversion(self, .gray).greatestTinge <= Self.tinge }

  /// A profile made ready for many samples.
  package struct Conversion {
    private let linear: [[Float]]
    private let cells: [Float]
    /// What becomes of each level of a sample that is not one of three.
    private let levels: [UInt8]?
    /// The greatest difference between the channels of what was gray.
    fileprivate let greatestTinge: Int

    fileprivate init(_ profile: MatrixProfile, _ channels: PixelChannels) {
      linear = profile.curves.map { curve in (0..<256).map { Float(curve.linear(Double($0) / 255)) } }
      cells = profile.matrix.map(Float.init)
      guard linear.count == 3 else {
        levels = linear[0].map { encoded[step($0)] }
        greatestTinge = 0
        return
      }
      var grays = (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
      var samples = grays.mutableSpan
      Self.convert(&samples, linear, cells)
      levels = channels == .gray ? (0..<256).map { grays[3 * $0 + 1] } : nil
      greatestTinge =
        (0..<256).map { level in
          let shown = grays[3 * level..<3 * level + 3]
          return Int(shown.max() ?? 0) - Int(shown.min() ?? 0)
        }.max() ?? 0
    }

    /// Whether each level of each channel stays what it is, and the primaries are those of sRGB but for rounding, which
    /// changes no sample by more than two levels.
    fileprivate var isIdentity: Bool {
      let keepsLevels = linear.allSatisfy { curve in
        curve.enumerated().allSatisfy { level, light in Int(encoded[step(light)]) == level }
      }
      let keepsPrimaries = cells.enumerated().allSatisfy { place, cell in
        abs(cell - (place % 4 == 0 ? 1 : 0)) <= MatrixProfile.rounding
      }
      return keepsLevels && keepsPrimaries
    }

    /// Converts whole pixels.
    package func convert(_ samples: inout MutableSpan<UInt8>) {
      if let levels { return samples.replaceLevels(levels) }
      Self.convert(&samples, linear, cells)
    }

    private static func convert(_ samples: inout MutableSpan<UInt8>, _ linear: [[Float]], _ cells: [Float]) {
      let (ofRed, ofGreen, ofBlue) = (linear[0], linear[1], linear[2])
      let (reds, greens, blues, shown) = (ofRed.span, ofGreen.span, ofBlue.span, encoded.span)
      precondition(reds.count == 256 && greens.count == 256 && blues.count == 256 && shown.count == steps + 1)
      let (redOfRed, redOfGreen, redOfBlue) = (cells[0], cells[1], cells[2])
      let (greenOfRed, greenOfGreen, greenOfBlue) = (cells[3], cells[4], cells[5])
      let (blueOfRed, blueOfGreen, blueOfBlue) = (cells[6], cells[7], cells[8])
      for pixel in 0..<samples.count / 3 {
        // A sample is an index of a curve, and a step one of the encoding; the rest lies within the samples.
        let place = 3 &* pixel
        let (red, green, blue) = unsafe (
          reds[unchecked: Int(samples[unchecked: place])],
          greens[unchecked: Int(samples[unchecked: place &+ 1])],
          blues[unchecked: Int(samples[unchecked: place &+ 2])]
        )
        let toRed = redOfRed * red + redOfGreen * green + redOfBlue * blue
        let toGreen = greenOfRed * red + greenOfGreen * green + greenOfBlue * blue
        let toBlue = blueOfRed * red + blueOfGreen * green + blueOfBlue * blue
        unsafe samples[unchecked: place] = shown[unchecked: step(toRed)]
        unsafe samples[unchecked: place &+ 1] = shown[unchecked: step(toGreen)]
        unsafe samples[unchecked: place &+ 2] = shown[unchecked: step(toBlue)]
      }
    }
  }

  /// Fine enough that every one of the 256 levels is met near black, where the sRGB curve is steepest.
  private static let steps = 16_383

  /// Profiles give primaries with five decimals, and writers adapt the white point in slightly different ways.
  private static let rounding: Float = 0.000_5

  /// Levels between the channels of a gray that are taken for none: rounding, and white points that differ a little.
  private static let tinge = 8

  private static func step(_ light: Float) -> Int { Int(min(max(light, 0), 1) * Float(steps) + 0.5) }

  /// The sRGB encoding of linear light (IEC 61966-2-1).
  private static let encoded: [UInt8] = (0...steps).map { index in
    let light = Double(index) / Double(steps)
    let value = light <= 0.003_130_8 ? 12.92 * light : 1.055 * Double.pow(light, 1 / 2.4) - 0.055
    return UInt8((value * 255).rounded())
  }
}
