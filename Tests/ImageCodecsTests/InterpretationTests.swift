import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct InterpretationTests {
  private func changed(_ image: borrowing PixelImage, _ change: (inout PixelImage) -> Void) -> PixelImage {
    var copy = image.clone()
    change(&copy)
    return copy
  }

  @Test func compositingWeighsByOpacity() {
    var random = RepeatableRandom(seed: 3)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let alphaValues = (0..<image.size.area).map { _ in UInt8.random(in: 0...255, using: &random) }
      let alpha = PixelImage(alphaValues, width: shape.width, height: shape.height, channels: .gray)
      for background: UInt8 in [0, 100, 255] {
        let result = changed(image) { $0.composite(with: alpha, on: background) }.array
        for (index, sample) in image.array.enumerated() {
          let opacity = Double(alphaValues[index / shape.channels.rawValue]) / 255
          let exact = Double(sample) * opacity + Double(background) * (1 - opacity)
          #expect(abs(Double(result[index]) - exact) <= 0.5001)
        }
      }
    }
  }

  @Test func gammaOfSRGBChangesNextToNothing() {
    let ramp = PixelImage((0...255).map { UInt8($0) }, width: 256, height: 1, channels: .gray)
    #expect(changed(ramp) { $0.apply(gamma: 1 / 2.2) }.array == ramp.array)
    let bright = changed(ramp) { $0.apply(gamma: 1) }
    #expect(bright.array[64] == UInt8((255 * pow(64.0 / 255, 1 / 2.2)).rounded()))
    // The trick of hidden pictures: nearly everything becomes black.
    #expect(changed(ramp) { $0.apply(gamma: 0.02) }.array[200] < 5)
  }

  @Test func aProfileLikeSRGBChangesLittle() throws {
    let bytes = ICCProfiles.colour(gamma: 2.19921875)
    let parsed = MatrixProfile(bytes.span)
    let profile = try #require(parsed)
    let image = PixelImage.noise(width: 16, height: 16, channels: .rgb)
    let converted = changed(image) { profile.convertToSRGB(&$0, isGray: false) }.array
    let difference = zip(image.array, converted).map { abs(Int($0) - Int($1)) }
    // sRGB's curve is not quite a power of 2.2; near black they part by a few levels.
    #expect(difference.max() ?? 255 <= 10)
    #expect(Double(difference.reduce(0, +)) / Double(difference.count) < 2.5)
  }

  @Test func aProfileThatIsSRGBInOtherWordsNeedsNoConversion() {
    let parameters = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45]
    let curve = Array("para".utf8) + [0, 0, 0, 0, 0, 3, 0, 0] + parameters.flatMap(ICCProfiles.fixed)
    let sRGB = MatrixProfile(ICCProfiles.colour(curves: [curve, curve, curve]).span)
    #expect(sRGB != nil && sRGB?.conversion(of: .rgb, isGray: false) == nil)
    let swapped = MatrixProfile(ICCProfiles.colour(curves: [curve, curve, curve], isSwapped: true).span)
    #expect(swapped?.conversion(of: .rgb, isGray: false) != nil)
    let gamma = MatrixProfile(ICCProfiles.colour(gamma: 2.19921875).span)
    #expect(gamma?.conversion(of: .rgb, isGray: false) != nil)
  }

  @Test func aProfileIsHonouredWhereViewersDoSo() throws {
    let gray = MatrixProfile(ICCProfiles.gray(gamma: 8).span)
    let colour = MatrixProfile(ICCProfiles.colour(gamma: 8).span)
    let (onGray, onColour) = (try #require(gray), try #require(colour))
    let level: UInt8 = 200
    var shown: [[UInt8]] = []
    for (profile, channels) in [(onGray, PixelChannels.gray), (onGray, .rgb), (onColour, .gray), (onColour, .rgb)] {
      let picture = PixelImage(
        [UInt8](repeating: level, count: channels.rawValue), width: 1, height: 1, channels: channels)
      shown.append(changed(picture) { profile.convertToSRGB(&$0, isGray: true) }.array)
    }
    let expected = try #require(shown[0].first)
    #expect(expected < level - 50)
    // Profiles give primaries with a few decimals.
    for sample in shown.joined() { #expect(abs(Int(sample) - Int(expected)) <= 1) }
    #expect(onGray.conversion(of: .rgb, isGray: false) == nil)
  }

  @Test func aProfileThatTingesGrayCannotBeAppliedToOneChannel() throws {
    let curves = [2.2, 2.2, 8].map(ICCProfiles.curve)
    let tinging = MatrixProfile(ICCProfiles.colour(curves: curves).span)
    let neutral = MatrixProfile(ICCProfiles.colour(gamma: 8).span)
    let isKept = (tinging?.keepsGray, neutral?.keepsGray)
    #expect(isKept.0 == false && isKept.1 == true)
  }

  @Test func aProfileThatSwapsChannelsIsHonoured() throws {
    let bytes = ICCProfiles.colour(gamma: 2.19921875, isSwapped: true)
    let parsed = MatrixProfile(bytes.span)
    let profile = try #require(parsed)
    let red = PixelImage([200, 10, 10], width: 1, height: 1, channels: .rgb)
    let shown = changed(red) { profile.convertToSRGB(&$0, isGray: false) }.array
    #expect(shown[2] > 190 && shown[0] < 20)
  }

  @Test("every pixel becomes what the plain sum over the matrix gives, to the byte")
  func profilesAreTheirMatrix() throws {
    let gammas = [1.8, 2.2, 2.6]
    let bytes = ICCProfiles.colour(curves: gammas.map(ICCProfiles.curve), isSwapped: true)
    let parsed = MatrixProfile(bytes.span)
    let profile = try #require(parsed)
    let reference = MatrixReference(gammas: gammas, primaries: ICCProfiles.primaries.reversed())
    // Every level of each channel beside some of the others.
    let others: [UInt8] = [0, 1, 2, 7, 10, 38, 69, 100, 131, 162, 193, 224, 254, 255]
    var samples: [UInt8] = []
    for level in UInt8.min...UInt8.max {
      for first in others {
        for second in others { samples += [level, first, second, first, level, second, first, second, level] }
      }
    }
    let image = PixelImage(samples, width: samples.count / (3 * 256), height: 256, channels: .rgb)
    #expect(changed(image) { profile.convertToSRGB(&$0, isGray: false) }.array == reference.converted(samples))
    for shape in TestShape.all(upTo: 5) where shape.channels == .rgb {
      let image = shape.noise()
      let converted = changed(image) { profile.convertToSRGB(&$0, isGray: false) }
      #expect(converted.array == reference.converted(image.array))
    }
  }

  @Test func aProfileThatViewersReadInAnotherWayIsNotEvaluated() {
    // Another name for a tag turns it into one that viewers prefer, or doubles one that is there.
    for (old, new) in [("gTRC", "A2B1"), ("gTRC", "cicp"), ("bTRC", "rTRC"), ("acsp", "none")] {
      var bytes = ICCProfiles.colour(gamma: 2.2)
      guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: Array(old.utf8)) }) else { return }
      bytes.replaceSubrange(place..<place + 4, with: Array(new.utf8))
      let parsed = MatrixProfile(bytes.span)
      #expect(parsed == nil, "\(new)")
    }
  }

  @Test func everyCutOrDamagedProfileIsNoneOrHarmless() {
    let sound = ICCProfiles.colour(gamma: 1.8)
    let image = PixelImage.noise(width: 3, height: 3, channels: .rgb)
    for length in 0..<sound.count {
      if let profile = MatrixProfile(Array(sound[..<length]).span) {
        _ = changed(image) { profile.convertToSRGB(&$0, isGray: false) }
      }
    }
    var random = RepeatableRandom(seed: 8)
    for _ in 0..<3000 {
      var damaged = sound
      for _ in 0..<3 {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let profile = MatrixProfile(damaged.span) {
        #expect(changed(image) { profile.convertToSRGB(&$0, isGray: false) }.size == image.size)
      }
    }
  }
}

/// The conversion of a profile to sRGB, as its definition says it.
private struct MatrixReference {
  private static let toSRGB = [
    [3.133_856_1, -1.616_866_7, -0.490_614_6], [-0.978_768_4, 1.916_141_5, 0.033_454_0],
    [0.071_945_3, -0.228_991_4, 1.405_242_7],
  ]
  private let curves: [[Float]]
  private let rows: [[Float]]

  init(gammas: [Double], primaries: [[Double]]) {
    // Curves are in 256ths, primaries in 65536ths.
    curves = gammas.map { gamma in
      (0..<256).map { Float(pow(Double($0) / 255, (gamma * 256).rounded(.down) / 256)) }
    }
    let columns = primaries.map { $0.map { ($0 * 65_536).rounded() / 65_536 } }
    rows = Self.toSRGB.map { row in
      columns.map { column in Float(row[0] * column[0] + row[1] * column[1] + row[2] * column[2]) }
    }
  }

  func converted(_ samples: [UInt8]) -> [UInt8] {
    let encoding = (0...16_383).map { step in
      let light = Double(step) / 16_383
      return UInt8(((light <= 0.003_130_8 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055) * 255).rounded())
    }
    return stride(from: 0, to: samples.count, by: 3).flatMap { (place) -> [UInt8] in
      let light = (0..<3).map { curves[$0][Int(samples[place + $0])] }
      return rows.map { row in
        let sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2]
        return encoding[Int(min(max(sum, 0), 1) * 16_383 + 0.5)]
      }
    }
  }
}
