import FilterPipeline
import Pixels
import Preprocessing

/// The tensor value that each of the 256 samples of a channel becomes, and how a filter file says so.
struct SampleTables: Sendable, Hashable {
  /// For people, as in `[−1, 1]`.
  let name: String
  /// The entry of the filter file; `nil` where the filter file has no words for it.
  let setting: String?
  /// For each channel in the order R, G, B, or for gray alone: 256 values.
  let tables: [[Float]]
  /// The greatest distance of neighbouring samples: one level of 8 bits.
  let level: Float

  init(name: String, setting: String?, tables: [[Float]]) {
    self.name = name
    self.setting = setting
    self.tables = tables
    level = tables.flatMap { table in zip(table, table.dropFirst()).map { abs($1 - $0) } }.max() ?? 1
  }

  /// `(v / 255 − mean) / std`.
  init(_ named: NamedNormalisation) {
    let normalisation = named.normalisation
    self.init(
      name: named.name,
      setting:
        "normalize: {mean: \(YAMLText.list(normalisation.mean)), std: \(YAMLText.list(normalisation.standardDeviation))}",
      tables: zip(normalisation.mean, normalisation.standardDeviation).map { mean, deviation in
        (0..<256).map { (SampleValues.unit[$0] - mean) / deviation }
      })
  }

  /// What the filter itself does, quantisation included: its encoder is asked.
  init(of definition: FilterDefinition) {
    let depth = definition.tensor.channels.pixelChannels.rawValue
    // Each sample value once, in all channels.
    let size = PixelSize(width: 16, height: 16)
    let samples = (0..<256).flatMap { value in [UInt8](repeating: UInt8(value), count: depth) }
    var tensor = definition.tensor
    tensor.layout = .nhwc
    tensor.channels = depth == 1 ? .gray : .rgb
    let image = PixelImage(size: size, channels: definition.tensor.channels.pixelChannels, samples: samples)
    let batch = tensor.encoder(size: size, definition.normalisation).encoded(image)
    let values = Self.values(batch.bytes, tensor.element)
    self.init(
      name: Self.name(of: definition), setting: nil,
      tables: (0..<depth).map { channel in (0..<256).map { values[$0 * depth + channel] } })
  }

  private static func name(of definition: FilterDefinition) -> String {
    let isInteger = definition.tensor.element == .uint8 || definition.tensor.element == .int8
    if isInteger, definition.tensor.quantisation == nil { return "samples as they are" }
    let normalisation = definition.normalisation
    return "mean \(YAMLText.list(normalisation.mean)), std \(YAMLText.list(normalisation.standardDeviation))"
      + (isInteger ? ", quantised" : "")
  }

  private static func values(_ bytes: RawSpan, _ element: TensorElement) -> [Float] {
    (0..<bytes.byteCount / element.byteCount).map { index in
      let place = index * element.byteCount
      var bits: UInt32 = 0
      for byte in 0..<element.byteCount {
        bits |= UInt32(unsafe bytes.unsafeLoad(fromByteOffset: place + byte, as: UInt8.self)) << UInt32(8 * byte)
      }
      return switch element {
      case .float32: Float(bitPattern: bits)
      case .float16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
      case .uint8: Float(bits)
      case .int8: Float(Int8(truncatingIfNeeded: bits))
      }
    }
  }

  /// Whether every value is the same but for rounding.
  func agrees(with other: SampleTables) -> Bool {
    tables.count == other.tables.count
      && zip(tables, other.tables).allSatisfy { left, right in
        zip(left, right).allSatisfy { abs($0 - $1) <= 0.01 * min(level, other.level) }
      }
  }
}

extension SampleTables {
  /// The mean and standard deviation that come closest to the values, by least squares for each channel.
  ///
  /// - Parameters:
  ///   - samples, values: interleaved, as many of each; channel `c` of the samples becomes `channel(c)` of the values.
  /// - Returns: `nil` where a channel has but one value, or darker pixels have the greater value.
  /// - Complexity: O(samples).
  static func fitted(
    _ samples: [UInt8], _ values: [Float], depth: Int, channel: (Int) -> Int
  ) -> SampleTables? {
    var mean: [Float] = []
    var deviation: [Float] = []
    let count = Double(samples.count / depth)
    for source in 0..<depth {
      var (x, y, xx, xy) = (0.0, 0.0, 0.0, 0.0)
      for pixel in 0..<samples.count / depth {
        let sample = Double(samples[pixel * depth + source]) / 255
        let value = Double(values[pixel * depth + channel(source)])
        x += sample
        y += value
        xx += sample * sample
        xy += sample * value
      }
      let variance = count * xx - x * x
      guard variance > 1e-9 * count * count else { return nil }
      let slope = (count * xy - x * y) / variance
      guard slope > 1e-6, slope < 1e6 else { return nil }
      mean.append(rounded((slope * x - y) / count / slope))
      deviation.append(rounded(1 / slope))
    }
    guard deviation.allSatisfy({ $0 > 0 }) else { return nil }
    return SampleTables(
      NamedNormalisation(
        "mean \(YAMLText.list(mean)), std \(YAMLText.list(deviation))",
        Normalisation(mean: mean, standardDeviation: deviation)))
  }

  private static func rounded(_ value: Double) -> Float { Float((value * 1e6).rounded() / 1e6) }
}
