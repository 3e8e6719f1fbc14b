import Common
import Files
import Pixels

/// What the cache has of one model file, or of a part of it, under one engine on this processor.
struct StoredModel: Sendable {
  private let cache: ModelCache
  private let library: OpenVINOLibrary
  private let path: String
  /// What every entry of the model depends on.
  private let origin: String
  private let digests: [String]

  /// `nil` where the files or the processor cannot be told from others.
  ///
  /// - Complexity: O(bytes of the model).
  init?(_ part: ModelPart, in cache: ModelCache) {
    let (path, library) = (part.path, part.library)
    let processor = ProcessorIdentity.text()
    guard !processor.isEmpty, let digests = Self.digests(path, cache, cache.known),
      let capabilities = try? library.deviceProperty("OPTIMIZATION_CAPABILITIES")
    else { return nil }
    self.cache = cache
    self.library = library
    self.path = path
    self.digests = digests
    origin =
      ModelOrigin(
        engine: library.version, capabilities: capabilities, processor: processor, digests: digests, start: part.start
      ).text
  }

  /// The digests of all files that make up the model.
  ///
  /// - Parameters:
  ///   - known: what need not be read again; `nil` to read everything.
  private static func digests(_ path: String, _ cache: ModelCache, _ known: KnownFiles?) -> [String]? {
    let weights = known?.weightFiles(ofModelAt: path) ?? WeightFiles(ofModelAt: path)
    let files = [path] + weights.files.map(\.path)
    let digests = files.compactMap { (file) -> String? in
      if let known { try? known.sha256(ofFile: file) } else { try? cache.sha256OfFile(file) }
    }
    return digests.count == files.count ? digests : nil
  }

  func ports(_ question: PortQuestion) -> ModelPorts? {
    cache.load(key(question)).flatMap { ModelPorts(json: $0.payload) }
  }

  func keep(_ ports: ModelPorts, _ question: PortQuestion) {
    guard isUnchanged else { return }
    cache.store(key(question), Array(ports.json.text.utf8))
  }

  func compiled(_ variant: OpenVINOModel.Variant) -> OpenVINOCompiledModel? {
    guard let entry = cache.load(key(variant)),
      let model = try? OpenVINOCompiledModel(
        importing: entry, streams: variant.streams, precision: variant.precision, library: library)
    else { return nil }
    return (try? model.precision()) == variant.precision.ofTheEngine ? model : nil
  }

  func keep(_ compiled: OpenVINOCompiledModel, _ variant: OpenVINOModel.Variant) {
    guard isUnchanged else { return }
    cache.store(key(variant)) { (path) throws(SluiceError) in try compiled.export(to: path) }
  }

  /// A file that was replaced between taking its digest and reading it must not be kept under the digest of the old one.
  private var isUnchanged: Bool { Self.digests(path, cache, nil) == digests }

  private func key(_ question: PortQuestion) -> CacheKey { CacheKey(text: origin + question.text) }

  private func key(_ variant: OpenVINOModel.Variant) -> CacheKey {
    CacheKey(
      text: origin
        + "compiled \(variant.precision.rawValue), \(variant.streams) streams, input \(variant.input) \(variant.shape), "
        + "output \(variant.output) \(variant.outputCount)"
        + (variant.ranges.map { ", rounding \(QuantisationLevels.version), ranges\n\($0.text)" } ?? ""))
  }
}

extension ModelPorts {
  private static let limits = JSONValue.Limits(depth: 4, values: 100_000, members: 10_000)

  var json: JSONValue {
    .object([
      JSONValue.Member(name: "inputs", value: .array(inputs.map(\.json))),
      JSONValue.Member(name: "outputs", value: .array(outputs.map(\.json))),
    ])
  }

  /// `nil` for anything but what `json` gives.
  init?(json bytes: [UInt8]) {
    guard case .object(let members)? = try? JSONValue(reading: bytes.span, limits: Self.limits), members.count == 2,
      let inputs = Self.ports(members[0].value), let outputs = Self.ports(members[1].value)
    else { return nil }
    self.init(inputs: inputs, outputs: outputs)
  }

  private static func ports(_ value: JSONValue) -> [ModelPort]? {
    guard case .array(let values) = value else { return nil }
    let ports = values.enumerated().compactMap { place, value in ModelPort(json: value, place: place) }
    return ports.count == values.count ? ports : nil
  }
}

extension ModelPort {
  fileprivate var json: JSONValue {
    .array([
      .string(name), element.map { .string($0.rawValue) } ?? .null,
      shape.map { .array($0.map { $0.map(JSONValue.integer) ?? .null }) } ?? .null,
    ])
  }

  fileprivate init?(json value: JSONValue, place: Int) {
    guard case .array(let parts) = value, parts.count == 3, case .string(let name) = parts[0] else { return nil }
    self.place = place
    self.name = name
    element = if case .string(let text) = parts[1] { TensorElement(rawValue: text) } else { nil }
    shape =
      if case .array(let sizes) = parts[2] { sizes.map { if case .integer(let n) = $0 { n } else { nil } } } else {
        nil
      }
  }
}
