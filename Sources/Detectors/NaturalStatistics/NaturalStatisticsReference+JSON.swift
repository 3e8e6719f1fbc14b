import Common
import Pixels

extension NaturalStatisticsReference {
  /// A file holds a few thousand numbers; more bytes than this are none of ours.
  package static let maxBytes = 1_000_000
  private static let decimals = 12
  private static let limits = JSONValue.Limits(depth: 4, values: 100_000)
  private static let keys: Set<String> = [
    "features", "families", "channels", "imageCount", "mean", "deviation", "covariance",
  ]

  /// For writing to a file. Scores after reading it back agree to 1e-6.
  package var json: JSONValue {
    func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0, decimals: Self.decimals) }) }
    return .object([
      "features": .string(FeatureFamily.version),
      "families": .array(families.map { .string($0.rawValue) }),
      "channels": .integer(channels.rawValue),
      "imageCount": .integer(imageCount),
      "mean": numbers(mean),
      "deviation": numbers(deviation),
      "covariance": numbers(covariance.lower),
    ])
  }

  /// - Throws: SluiceError `invalid-reference` for anything but what `json` writes.
  package init(json bytes: [UInt8]) throws(SluiceError) {
    guard bytes.count <= Self.maxBytes else {
      throw Self.invalid("the reference has \(bytes.count) bytes, at most \(Self.maxBytes) are permitted")
    }
    let contents: Contents
    do throws(SluiceError) {
      let value = try JSONValue(reading: bytes.span, limits: Self.limits)
      contents = try Contents(json: value)
      let unknown = Set(value.members.map(\.name)).subtracting(Self.keys)
      guard unknown.isEmpty else { throw Self.invalid("the reference has an unknown key, \(unknown.sorted()[0])") }
    } catch {
      guard error.code == .invalidJSON else { throw error }
      throw Self.invalid("the reference is not a JSON object with \(Self.keys.sorted().joined(separator: ", "))")
        .caused(by: error)
    }
    try self.init(contents)
  }

  /// The reference of a filter that judges images of such channels.
  ///
  /// - Throws: `invalid-reference`, also for one of images of other channels.
  init(json bytes: [UInt8], of channels: PixelChannels) throws(SluiceError) {
    try self.init(json: bytes)
    guard self.channels == channels else {
      throw Self.invalid("it is a reference of \(self.channels) images, but the filter judges \(channels) images")
    }
  }

  private init(_ contents: Contents) throws(SluiceError) {
    guard contents.features == FeatureFamily.version else {
      throw Self.invalid("the reference is of features of another version than \(FeatureFamily.version)")
    }
    let families = contents.families.compactMap(FeatureFamily.init)
    guard !families.isEmpty, families.count == contents.families.count, Set(families).count == families.count else {
      let permitted = FeatureFamily.allCases.map(\.rawValue).joined(separator: ", ")
      throw Self.invalid("the reference's families must be some of \(permitted), each once")
    }
    guard let channels = PixelChannels(rawValue: contents.channels), contents.imageCount >= Self.fewestImages else {
      throw Self.invalid("the reference must have 1 or 3 channels and at least \(Self.fewestImages) images")
    }
    let order = families.reduce(0) { $0 + $1.names(channels).count }
    guard contents.mean.count == order, contents.deviation.count == order,
      contents.covariance.count == SymmetricMatrix.count(ofOrder: order),
      contents.deviation.allSatisfy({ $0 >= Self.smallestDeviation / 2 }),
      (contents.mean + contents.deviation + contents.covariance).allSatisfy({ abs($0) < 1e9 })
    else {
      throw Self.invalid("the reference must have \(order) means, positive deviations and their covariances")
    }
    try self.init(
      families: families, channels: channels, imageCount: contents.imageCount, mean: contents.mean,
      deviation: contents.deviation, covariance: SymmetricMatrix(order: order, lower: contents.covariance))
  }

  private static func invalid(_ message: String) -> SluiceError {
    SluiceError(.invalidReference, message, remedy: "fit the reference again from clean images")
  }

  private struct Contents: Decodable {
    let features: String
    let families: [String]
    let channels: Int
    let imageCount: Int
    let mean: [Double]
    let deviation: [Double]
    let covariance: [Double]
  }
}
