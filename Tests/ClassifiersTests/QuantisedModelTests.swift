import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

/// Models in 8-bit integers.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct QuantisedModelTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 4, height: 4))

  private static func settings(_ model: String, _ precision: InferencePrecision = .f32) -> OpenVINOSettings {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    settings.precision = precision
    return settings
  }

  /// Whether the processor computes in 8-bit integers; others compute in single precision, and say so.
  static let isNative = (try? settings("convolutions", .int8).computedPrecision(environment: environment)) == .int8

  private func batch(_ values: [Float]) -> TensorBatch {
    var batch = TensorBatch(form: Self.form, count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for place in elements.indices { elements[place] = values[place] }
    return batch
  }

  /// Pictures with numbers of both signs.
  private static let pictures: [[Float]] = (0..<6).map { picture in
    (0..<48).map { place in
      let number = Float((place * 7 + picture * 5) % 23 - 9)
      return number / 11 * Float(picture + 1) / 6
    }
  }

  private func ranges(_ model: String) throws -> ActivationRanges {
    var observer = try ActivationObserver(Self.settings(model), form: Self.form, environment: Self.environment)
    for picture in Self.pictures { observer.add(try observer.extremes(of: batch(picture))) }
    #expect(observer.convolutionCount == 3 && observer.costlyCount == 6)
    #expect(observer.imageCount == Self.pictures.count)
    return observer.ranges
  }

  @Test(
    "ranges are the extremes over all images, of each tensor that goes into a convolution, before zeros are put around it",
    arguments: ["convolutions", "convolutions-padded"])
  func observed(model: String) throws {
    let found = try ranges(model).ranges
    let network = NaiveNetwork()
    let tensors = Self.pictures.map { network.tensors($0) }
    #expect(Set(found.keys) == Set(NaiveNetwork.inputs))
    for name in NaiveNetwork.inputs {
      let values = tensors.flatMap { $0[name] ?? [] }
      let (lowest, highest) = (values.min() ?? 0, values.max() ?? 0)
      #expect(abs((found[name]?.lowerBound ?? .infinity) - lowest) < 1e-5, "\(name)")
      #expect(abs((found[name]?.upperBound ?? .infinity) - highest) < 1e-5, "\(name)")
    }
  }

  @Test(
    "predictions are those of a network whose weights and activations are rounded to levels",
    .enabled(if: isNative, "needs a processor with instructions for 8-bit products"),
    arguments: ["convolutions", "convolutions-as-floats", "convolutions-padded"])
  func equalsTheNaiveOne(model: String) async throws {
    var settings = Self.settings(model, .int8)
    settings.activationRanges = try ranges(model)
    let quantised = try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment)
    let exact = try OpenVINOClassifier(Self.settings(model), form: Self.form, environment: Self.environment)
    #expect(quantised.precision == .int8 && exact.precision == .f32)
    let network = NaiveNetwork(ranges: settings.activationRanges?.ranges)
    var differences: [Float] = []
    for picture in Self.pictures {
      let wanted = softmax(network.tensors(picture)["logits"] ?? [])
      let found = try await quantised.predictions(for: batch(picture))[0].probabilities
      let original = try await exact.predictions(for: batch(picture))[0].probabilities
      for (value, wanted) in zip(found, wanted) { #expect(abs(value - wanted) < 1e-3) }
      differences.append(zip(found, original).map { abs($0 - $1) }.max() ?? 0)
    }
    // It is another arithmetic, or this would show nothing.
    #expect((differences.max() ?? 0) > 3e-3)
  }

  @Test("convolutions that the engine computes wrongly in 8 bits stay in single precision")
  func engineFaults() async throws {
    let model = "convolutions-misrounded"
    var observer = try ActivationObserver(Self.settings(model), form: Self.form, environment: Self.environment)
    for picture in Self.pictures { observer.add(try observer.extremes(of: batch(picture))) }
    #expect(observer.convolutionCount == 2 && observer.costlyCount == 5)
    #expect(Set(observer.ranges.ranges.keys) == ["input", "second positive"])
    var settings = Self.settings(model, .int8)
    settings.activationRanges = observer.ranges
    let quantised = try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment)
    let exact = try OpenVINOClassifier(Self.settings(model), form: Self.form, environment: Self.environment)
    for picture in Self.pictures {
      let found = try await quantised.predictions(for: batch(picture))[0].probabilities
      let wanted = try await exact.predictions(for: batch(picture))[0].probabilities
      for (value, wanted) in zip(found, wanted) { #expect(abs(value - wanted) < 0.02) }
    }
  }

  @Test("a whole model is asked in single precision, and its looks in 8 bits, at another size as well")
  func looks() async throws {
    var settings = Self.settings("convolutions")
    settings.activationRanges = try ranges("convolutions")
    let exact = try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment)
    let look = try exact.derived(size: PixelSize(width: 6, height: 6), precision: .int8)
    #expect(exact.precision == .f32 && (look.precision == .int8) == Self.isNative)
    #expect(try await look.predictions(for: TensorBatch(form: look.form, count: 2)).count == 2)
  }

  @Test("the cache keeps what was computed with other ranges apart", .enabled(if: isNative, "needs VNNI"))
  func cached() async throws {
    let folder = try TemporaryFolder()
    var settings = Self.settings("convolutions", .int8)
    let cache = ModelCache(
      environment: ["SLUICE_MODEL_CACHE": "\(folder.path)/cache"], sha256OfFile: { (path) throws(SluiceError) in path })
    let measured = try ranges("convolutions")
    let wide = ActivationRanges(measured.ranges.mapValues { $0.lowerBound * 40...$0.upperBound * 40 + 1 })
    var found: [[Float]] = []
    for ranges in [measured, wide, measured, wide] {
      settings.activationRanges = ranges
      let model = try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment, cache: cache)
      found.append(try await model.predictions(for: batch(Self.pictures[5]))[0].probabilities)
    }
    #expect(found[0] == found[2] && found[1] == found[3] && found[0] != found[1])
    // What the model is, and what it was compiled to with each of the two.
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/cache").count == 3)
  }

  @Test("without ranges, or with those of other tensors, a model is not computed in 8 bits")
  func needsRanges() throws {
    var settings = Self.settings("convolutions", .int8)
    // Elsewhere they are not needed.
    guard Self.isNative else {
      try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment).prepare(batch: 1)
      return
    }
    for (ranges, said) in [
      (nil, "without activation ranges"), (ActivationRanges(["input": 0...1]), "not every tensor"),
    ] {
      settings.activationRanges = ranges
      let error = #expect(throws: SluiceError.self) {
        try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment).prepare(batch: 1)
      }
      #expect(error?.code == .invalidActivationRanges)
      #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
      #expect(error?.remedy?.contains("sluice quantise") == true)
    }
  }

  @Test(
    "what cannot be computed in 8 bits is refused, and says why",
    arguments: [
      ("autoencoder", "no convolution"), ("without-weights", "has its weights in"),
      ("weights-beside", "its weights are in files of their own"),
    ])
  func refused(model: String, said: String) throws {
    let form = TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))
    var settings = Self.settings(model)
    settings.output = model == "autoencoder" ? "code" : nil
    let error = #expect(throws: SluiceError.self) {
      try ActivationObserver(settings, form: form, environment: Self.environment)
    }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
  }

  @Test("a file that fixes how many images are in a call is measured with one image in all places")
  func fixedBatch() async throws {
    var observer = try ActivationObserver(
      Self.settings("convolutions-in-threes"), form: Self.form, environment: Self.environment)
    for picture in Self.pictures { observer.add(try observer.extremes(of: batch(picture))) }
    let found = observer.ranges.ranges
    for (name, range) in try ranges("convolutions").ranges {
      #expect(abs((found[name]?.lowerBound ?? .infinity) - range.lowerBound) < 1e-5, "\(name)")
      #expect(abs((found[name]?.upperBound ?? .infinity) - range.upperBound) < 1e-5, "\(name)")
    }
  }

  @Test(
    "8 bits are what the processor has instructions for; else it is single precision",
    arguments: [(true, ComputedPrecision.int8), (false, .f32)])
  func resolution(native: Bool, computed: ComputedPrecision) throws {
    #expect(
      try InferencePrecision.int8.resolved(
        hasNativeBFloat16: true, hasNativeInt8: native, acceptsBFloat16: true) == computed)
  }
}

private func softmax(_ logits: [Float]) -> [Float] {
  let exponentials = logits.map { exp($0 - (logits.max() ?? 0)) }
  return exponentials.map { $0 / exponentials.reduce(0, +) }
}

/// The network of `convolutions.onnx`, one number after the other.
private struct NaiveNetwork {
  /// The tensors that go into convolutions.
  static let inputs = ["input", "first positive", "second"]

  /// Where they are given, those tensors and the weights of convolutions are rounded.
  var ranges: [String: ClosedRange<Float>]?

  func tensors(_ picture: [Float]) -> [String: [Float]] {
    var tensors = ["input": picture]
    let first = convolution(of: rounded("input", picture), 3, weights([4, 3, 3, 3], 0, 0), 4, kernel: 3)
    let bias: [Float] = [0.5, -0.25, 0, 0.125]
    let biased = first.indices.map { place in first[place] + bias[place / 16] }
    tensors["first positive"] = biased.map { max($0, 0) }
    let depthwise = weights([4, 1, 3, 3], 0, 1)
    let positive = rounded("first positive", tensors["first positive"] ?? [])
    var second: [Float] = []
    for channel in 0..<4 {
      let plane = Array(positive[channel * 16..<(channel + 1) * 16])
      second += convolution(of: plane, 1, Array(depthwise[channel * 9..<(channel + 1) * 9]), 1, kernel: 3)
    }
    tensors["second"] = second
    let third = convolution(of: rounded("second", second), 4, weights([5, 4, 1, 1], 0, 2), 5, kernel: 1)
    let means = (0..<5).map { (channel: Int) -> Float in
      third[channel * 16..<(channel + 1) * 16].reduce(0, +) / 16
    }
    tensors["means"] = means
    let fourth = product(means, Self.transposed(spreadWeights([6, 5], axis: 0, salt: 3), 6, 5), 6)
    tensors["fourth"] = fourth
    let fifth = product(fourth, spreadWeights([6, 4], axis: 1, salt: 4), 4)
    tensors["fifth"] = fifth
    tensors["logits"] = product(fifth, spreadWeights([4, 4], axis: 1, salt: 5).map { $0 * 128 }, 4)
    return tensors
  }

  private func product(_ row: [Float], _ matrix: [Float], _ columns: Int) -> [Float] {
    (0..<columns).map { column in
      var sum: Float = 0
      for place in row.indices { sum += row[place] * matrix[place * columns + column] }
      return sum
    }
  }

  private static func transposed(_ matrix: [Float], _ rows: Int, _ columns: Int) -> [Float] {
    (0..<matrix.count).map { matrix[$0 % rows * columns + $0 / rows] }
  }

  /// Over 4×4 places, with zeros around.
  private func convolution(
    of planes: [Float], _ inputs: Int, _ weights: [Float], _ outputs: Int, kernel: Int
  ) -> [Float] {
    (0..<outputs * 16).map { place in
      let (output, y, x) = (place / 16, place / 4 % 4, place % 4)
      var sum: Float = 0
      for input in 0..<inputs {
        for (row, column) in (0..<kernel * kernel).map({ ($0 / kernel, $0 % kernel) }) {
          let (sourceY, sourceX) = (y + row - kernel / 2, x + column - kernel / 2)
          guard (0..<4).contains(sourceY), (0..<4).contains(sourceX) else { continue }
          let weight = weights[((output * inputs + input) * kernel + row) * kernel + column]
          sum += weight * planes[input * 16 + sourceY * 4 + sourceX]
        }
      }
      return sum
    }
  }

  /// Rounded to 255 levels for each place of the axis.
  private func weights(_ shape: [Int], _ axis: Int, _ salt: Int) -> [Float] {
    let exact = spreadWeights(shape, axis: axis, salt: salt)
    guard ranges != nil else { return exact }
    let stride = shape[(axis + 1)...].reduce(1, *)
    return exact.indices.map { index in
      let channel = index / stride % shape[axis]
      let magnitudes = exact.indices.filter { $0 / stride % shape[axis] == channel }.map { abs(exact[$0]) }
      let step = (magnitudes.max() ?? 0) / 127
      return (exact[index] / step).rounded(.toNearestOrEven) * step
    }
  }

  /// To 256 levels over the range, one of them zero.
  private func rounded(_ name: String, _ values: [Float]) -> [Float] {
    guard let range = ranges?[name] else { return values }
    let (low, high) = (min(range.lowerBound, 0), max(range.upperBound, 0))
    let step = (high - low) / 255
    let lowest = -(-low / step).rounded() * step
    return values.map { min(max((($0 - lowest) / step).rounded(.toNearestOrEven), 0), 255) * step + lowest }
  }
}
