import StatefulDetection
import TestSupport
import Testing

@Suite struct NormalizedFingerprintTests {
  /// The definition, in double precision.
  private static func reference(_ bytes: [UInt8]) -> [Double] {
    func level(_ row: Int, _ column: Int, _ channel: Int) -> Double {
      Double(bytes[(min(max(row, 0), 15) * 16 + min(max(column, 0), 15)) * 3 + channel])
    }
    let weights = [1.0, 3, 3, 1]
    var levels: [Double] = []
    for row in 0..<8 {
      for column in 0..<8 {
        for channel in 0..<3 {
          var sum = 0.0
          for (y, down) in weights.enumerated() {
            for (x, across) in weights.enumerated() {
              sum += down * across * level(2 * row - 1 + y, 2 * column - 1 + x, channel)
            }
          }
          levels.append(sum / 64)
        }
      }
    }
    let means = (0..<3).map { channel in stride(from: channel, to: 192, by: 3).reduce(0) { $0 + levels[$1] } / 64 }
    let squares = levels.indices.reduce(0) { $0 + (levels[$1] - means[$1 % 3]) * (levels[$1] - means[$1 % 3]) }
    let scale = 48 / max((squares / 192).squareRoot(), 24)
    return levels.indices.map { place in
      min(max(128 + (levels[place] - means[place % 3]) * scale + (means[place % 3] - 128) / 4, 0), 255)
    }
  }

  @Test(arguments: 0..<20)
  func isAsDefined(seed: Int) throws {
    let fingerprint = Pictures.picture(seed)
    let normalized = NormalizedFingerprint(fingerprint)
    #expect(normalized.bytes.count == NormalizedFingerprint.byteCount)
    for (byte, value) in zip(normalized.bytes, Self.reference(fingerprint.bytes)) {
      #expect(abs(Double(byte) - value) <= 0.501)
    }
  }

  @Test(arguments: [UInt8(0), 128, 255])
  func ofOneColourIsFinite(level: UInt8) throws {
    let flat = try #require(Fingerprint(bytes: [UInt8](repeating: level, count: Fingerprint.byteCount)))
    #expect(Set(NormalizedFingerprint(flat).bytes).count == 1)
  }

  /// Black and white are not versions of each other.
  @Test func flatPicturesDiffer() throws {
    let black = try #require(Fingerprint(bytes: [UInt8](repeating: 0, count: Fingerprint.byteCount)))
    let white = try #require(Fingerprint(bytes: [UInt8](repeating: 255, count: Fingerprint.byteCount)))
    #expect(black.distance(to: white) > 60)
  }

  @Test(arguments: 0..<10)
  func mirrorsAsFingerprintsDo(seed: Int) {
    let fingerprint = Pictures.picture(seed)
    #expect(NormalizedFingerprint(fingerprint.mirrored) == NormalizedFingerprint(fingerprint).mirrored)
  }

  @Test(arguments: 0..<10)
  func forgivesContrastAndBrightness(seed: Int) throws {
    let picture = Pictures.picture(seed)
    let stronger = try #require(
      Fingerprint(bytes: picture.bytes.map { UInt8(min(max(128 + (Double($0) - 128) * 1.1 + 6, 0), 255)) }))
    #expect(picture.distance(to: stronger) < 3)
    #expect(picture.distance(to: picture) == 0)
  }

  @Test(arguments: 0..<10)
  func stopsOnceItIsBeyondTheLimit(seed: Int) {
    let (first, second) = (Pictures.normalized(seed), Pictures.normalized(seed + 100))
    let whole = zip(first.bytes, second.bytes).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
    #expect(first.squaredDistance(to: second) == whole)
    #expect(first.squaredDistance(to: second, beyond: whole) == whole)
    #expect(first.squaredDistance(to: second, beyond: whole - 1) > whole - 1)
  }
}

/// Pictures as fingerprints see them: a few smooth patches, and what comes near to them.
enum Pictures {
  static func picture(_ seed: Int) -> Fingerprint {
    var random = RepeatableRandom(seed: UInt64(seed))
    let corners = (0..<27).map { _ in Double.random(in: 20...235, using: &random) }
    var bytes: [UInt8] = []
    for row in 0..<16 {
      for column in 0..<16 {
        let (y, x) = (Double(row) / 8, Double(column) / 8)
        let (top, left) = (min(Int(y), 1), min(Int(x), 1))
        let (down, across) = (y - Double(top), x - Double(left))
        for channel in 0..<3 {
          func corner(_ y: Int, _ x: Int) -> Double { corners[(y * 3 + x) * 3 + channel] }
          let upper = corner(top, left) * (1 - across) + corner(top, left + 1) * across
          let lower = corner(top + 1, left) * (1 - across) + corner(top + 1, left + 1) * across
          bytes.append(UInt8(upper * (1 - down) + lower * down))
        }
      }
    }
    return Fingerprint(bytes: bytes)!
  }

  /// With noise of up to so many levels on each block.
  static func noisy(_ picture: Fingerprint, _ levels: Int, seed: Int) -> Fingerprint {
    var random = RepeatableRandom(seed: UInt64(seed) &+ 7_000_000)
    return Fingerprint(
      bytes: picture.bytes.map { UInt8(min(max(Int($0) + Int.random(in: -levels...levels, using: &random), 0), 255)) })!
  }

  static func normalized(_ seed: Int) -> NormalizedFingerprint { NormalizedFingerprint(picture(seed)) }
}
