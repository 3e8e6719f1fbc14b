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

  /// A profile with the primaries of sRGB (or, swapped, with red and blue exchanged) and the given curve.
  static func profile(gamma: Double, isSwapped: Bool = false) -> [UInt8] {
    let curve =
      Array("curv".utf8) + [0, 0, 0, 0] + EncodedImages.bigEndian(1) + [
        UInt8(gamma), UInt8((gamma - floor(gamma)) * 256), 0, 0,
      ]
    return profile(curve: curve, isSwapped: isSwapped)
  }

  private static func fixed(_ value: Double) -> [UInt8] {
    EncodedImages.bigEndian(UInt32(bitPattern: Int32((value * 65_536).rounded())))
  }

  private static func profile(curve: [UInt8], isSwapped: Bool) -> [UInt8] {
    let primaries = [
      [0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [0.1430804, 0.0606169, 0.7141733],
    ]
    let ordered = isSwapped ? primaries.reversed() : primaries
    let bodies = ordered.map { Array("XYZ ".utf8) + [0, 0, 0, 0] + $0.flatMap(fixed) } + [curve, curve, curve]
    let names = ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"]
    var offset = 128 + 4 + 12 * names.count
    var table = EncodedImages.bigEndian(UInt32(names.count))
    for (name, body) in zip(names, bodies) {
      table += Array(name.utf8) + EncodedImages.bigEndian(UInt32(offset)) + EncodedImages.bigEndian(UInt32(body.count))
      offset += body.count
    }
    let header = [UInt8](repeating: 0, count: 16) + Array("RGB XYZ ".utf8) + [UInt8](repeating: 0, count: 104)
    return header + table + bodies.flatMap { $0 }
  }

  @Test func aProfileLikeSRGBChangesLittle() throws {
    let bytes = Self.profile(gamma: 2.19921875)
    let parsed = MatrixProfile(bytes.span)
    let profile = try #require(parsed)
    let image = PixelImage.noise(width: 16, height: 16, channels: .rgb)
    let converted = changed(image, profile.convertToSRGB).array
    let difference = zip(image.array, converted).map { abs(Int($0) - Int($1)) }
    // sRGB's curve is not quite a power of 2.2; near black they part by a few levels.
    #expect(difference.max() ?? 255 <= 10)
    #expect(Double(difference.reduce(0, +)) / Double(difference.count) < 2.5)
  }

  @Test func aProfileThatIsSRGBInOtherWordsNeedsNoConversion() {
    let parameters = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.040_45]
    let curve = Array("para".utf8) + [0, 0, 0, 0, 0, 3, 0, 0] + parameters.flatMap(Self.fixed)
    let sRGB = MatrixProfile(Self.profile(curve: curve, isSwapped: false).span)
    #expect(sRGB != nil && sRGB?.conversion(of: .rgb) == nil)
    let swapped = MatrixProfile(Self.profile(curve: curve, isSwapped: true).span)
    #expect(swapped?.conversion(of: .rgb) != nil)
    let gamma = MatrixProfile(Self.profile(gamma: 2.19921875).span)
    #expect(gamma?.conversion(of: .rgb) != nil && gamma?.conversion(of: .gray) == nil)
  }

  @Test func aProfileThatSwapsChannelsIsHonoured() throws {
    let bytes = Self.profile(gamma: 2.19921875, isSwapped: true)
    let parsed = MatrixProfile(bytes.span)
    let profile = try #require(parsed)
    let red = PixelImage([200, 10, 10], width: 1, height: 1, channels: .rgb)
    let shown = changed(red, profile.convertToSRGB).array
    #expect(shown[2] > 190 && shown[0] < 20)
  }

  @Test func aProfileWhoseMatrixIsOverriddenIsNotEvaluated() {
    // Another name for a tag turns it into one that viewers prefer, or doubles one that is there.
    for (old, new) in [("gTRC", "A2B1"), ("gTRC", "cicp"), ("bTRC", "rTRC")] {
      var bytes = Self.profile(gamma: 2.2)
      guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: Array(old.utf8)) }) else { return }
      bytes.replaceSubrange(place..<place + 4, with: Array(new.utf8))
      let parsed = MatrixProfile(bytes.span)
      #expect(parsed == nil, "\(new)")
    }
  }

  @Test func anArchiveFarBehindThePictureIsFound() throws {
    let filling = [UInt8](repeating: 0xFF, count: 1_500_000)
    let bytes = try EncodedImages.png() + filling + Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18)
    let findings = try ImageDecoder().decode(bytes.span).findings
    #expect(findings.first { $0.code == .polyglot }?.contents == [.zip])
  }

  @Test func chanceWritesNoPolyglots() throws {
    var random = RepeatableRandom(seed: 4)
    let image = try EncodedImages.png()
    for _ in 0..<5 {
      let bytes = image + (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try !ImageDecoder().decode(bytes.span).findings.contains { $0.code == .polyglot })
    }
  }

  @Test func everyCutOrDamagedProfileIsNoneOrHarmless() {
    let sound = Self.profile(gamma: 1.8)
    let image = PixelImage.noise(width: 3, height: 3, channels: .rgb)
    for length in 0..<sound.count {
      if let profile = MatrixProfile(Array(sound[..<length]).span) { _ = changed(image, profile.convertToSRGB) }
    }
    var random = RepeatableRandom(seed: 8)
    for _ in 0..<3000 {
      var damaged = sound
      for _ in 0..<3 {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if let profile = MatrixProfile(damaged.span) { #expect(changed(image, profile.convertToSRGB).size == image.size) }
    }
  }

  @Test(arguments: [
    ("PK\u{3}\u{4}rest", [TrailingContent.zip]), ("  %PDF-1.7", [.pdf]), ("<HTML><ScRipt>", [.html]),
    ("nothing of note", []), ("#!/bin/sh", [.program]), ("GIF89a", [.picture]), ("<svg PK\u{5}\u{6}", [.zip, .html]),
  ])
  func trailingFilesAreNamed(text: String, contents: [TrailingContent]) throws {
    for image in [try EncodedImages.png(), try EncodedImages.jpeg()] {
      let findings = try ImageDecoder().decode((image + Array(text.utf8)).span).findings
      #expect(findings.first { $0.code == .trailingBytes }?.count == text.utf8.count)
      #expect(findings.first { $0.code == .polyglot }?.contents ?? [] == contents, "\(text)")
    }
  }
}
