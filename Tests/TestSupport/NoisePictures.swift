import Foundation
import ImageCodecs
import Pixels

/// Smooth pictures with a little noise, and a filter that looks at their noise and needs no engine.
package enum NoisePictures {
  /// How many levels of noise such pictures have.
  package enum Kind: Sendable {
    /// From 3 to 6, from picture to picture.
    case usual
    /// One or two.
    case smooth

    fileprivate func strength(_ seed: Int) -> Int {
      switch self {
      case .usual: 3 + seed % 4
      case .smooth: 1 + seed % 2
      }
    }
  }

  /// A filter whose two detectors are a group.
  ///
  /// - Parameters:
  ///   - detector: more keys of each detector, each after a comma.
  package static func filter(detector: String = "") -> String {
    """
    version: 1
    name: noise
    preprocess: [{resize: {width: 32, height: 32}}]
    tensor: {layout: nchw, type: float32}
    detectors:
      - chromaResidual: {region: whole\(detector)}
      - stripeNoise: {weight: 1\(detector)}
    decision: {falsePositiveBudget: 0.05, calibration: noise.calibration.json}
    """
  }

  /// A filter that pictures of noise alone, and few of them, can calibrate.
  package static let smallFilter = """
    version: 1
    name: noise
    preprocess: [{resize: {width: 16, height: 16}}]
    tensor: {layout: nchw, type: float32}
    detectors: [chromaResidual: {}, stripeNoise: {}]
    decision: {falsePositiveBudget: 0.2, calibration: noise.calibration.json}
    """

  /// Writes the small filter as `noise.yaml`, and twenty pictures of noise into a folder `clean` beside it.
  package static func writeSmallCalibration(in folder: TemporaryFolder) throws {
    try folder.file("noise.yaml", smallFilter)
    try FileManager.default.createDirectory(atPath: "\(folder.path)/clean", withIntermediateDirectories: false)
    for index in 0..<20 { try folder.file("clean/\(index).png", EncodedImages.png(seed: UInt64(index))) }
  }

  package static func picture(_ seed: Int, _ kind: Kind) throws -> [UInt8] {
    var random = RepeatableRandom(seed: UInt64(seed))
    let strength = kind.strength(seed)
    let samples = (0..<32 * 32 * 3).map { index in
      UInt8(90 + index / 3 % 32 + Int.random(in: -strength...strength, using: &random))
    }
    return try PixelImage(samples, width: 32, height: 32, channels: .rgb).encodedAsPNG()
  }

  /// Makes a folder of pictures in another one; returns their paths.
  @discardableResult package static func write(
    _ name: String, _ seeds: Range<Int>, _ kind: Kind, in folder: TemporaryFolder
  ) throws -> [String] {
    try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    return try seeds.map { try folder.file("\(name)/\($0).png", picture($0, kind)) }
  }
}
