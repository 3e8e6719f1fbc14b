import Common
import FilterPipeline
import ImageCodecs
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// A pipeline that differs from the filter in one setting or two is found out.
struct ParityTests {
  /// The entries of a filter file that prepare pictures.
  struct Pipeline: Sendable {
    var preprocess = "[{resize: {shorterSide: 40}}, {centerCrop: 32}]"
    var normalize = "{mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}"
    var tensor = "{layout: nchw, type: float32}"

    func definition() throws -> FilterDefinition {
      let folder = try TemporaryFolder()
      let path = try folder.file(
        "filter.yaml",
        "version: 1\nname: parity\npreprocess: \(preprocess)\nnormalize: \(normalize)\ntensor: \(tensor)\n")
      return try FilterFile(path: path, variables: [:], readsDetectors: false).definition
    }

    /// What the pipeline feeds a model.
    func array(_ picture: [UInt8]) throws -> NPYArray {
      let definition = try definition()
      let image = definition.preprocessor.trappingApply(to: try ImageDecoder().decode(picture.span).takePixels())
      let size = definition.preprocessor.outputSize
      let batch = definition.tensor.encoder(size: size, definition.normalisation).encoded(image)
      let shape = definition.tensor.form(size: size).shape(batch: 1)
      let bytes = (0..<batch.bytes.byteCount).map { batch.bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      return try NPYArray((NumPyFiles.header(NumPyFiles.description(shape: shape)) + bytes)[...], name: "array")
    }
  }

  /// Coloured, wider than high, with detail at every scale; no whole multiple of any result, where kernels can be equal.
  private static func picture(_ seed: Int) throws -> [UInt8] {
    let size = PixelSize(width: 125, height: 84)
    var image = PixelImage(size: size, channels: .rgb)
    var samples = image.mutableSamples
    var state = UInt32(seed + 1)
    for place in 0..<samples.count {
      state = state &* 1_664_525 &+ 1_013_904_223
      let (pixel, channel) = (place / 3, place % 3)
      let (x, y) = (pixel % size.width, pixel / size.width)
      let wave = [x * 2, y * 3, 255 - x - y][channel] + (x / 6 + y / 9 + seed) % 2 * 40 + Int(state >> 28)
      samples[place] = UInt8(min(255, max(0, wave)))
    }
    return try image.encodedAsPNG()
  }

  private func report(_ filter: Pipeline, _ reference: Pipeline, count: Int = 2) throws -> ParityReport {
    var comparison = ParityComparison(try filter.definition(), tolerance: 1)
    for seed in 0..<count {
      let picture = try Self.picture(seed)
      try comparison.add("picture \(seed)", picture, try reference.array(picture))
    }
    return try comparison.report()
  }

  @Test(arguments: ["{layout: nchw, type: float32}", "{layout: nhwc, type: float32, channels: bgr}"])
  func theSamePipelineIsEqual(tensor: String) throws {
    let pipeline = Pipeline(tensor: tensor)
    let report = try report(pipeline, pipeline)
    #expect(report.isEqual)
    #expect(report.difference?.largest == 0)
    #expect(report.difference?.count == 2 * 3 * 32 * 32)
    #expect(report.text.contains("equal within 1 level of"))
  }

  struct Fault: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let reference: Pipeline
    let stages: [ParityStage]
    let settings: [String]
  }

  @Test(
    "the fault is named, and the setting that mends it",
    arguments: [
      Fault(
        testDescription: "BGR", reference: Pipeline(tensor: "{layout: nchw, type: float32, channels: bgr}"),
        stages: [.channelOrder], settings: ["tensor: {layout: nchw, type: float32, channels: bgr}"]),
      Fault(
        testDescription: "mean 0", reference: Pipeline(normalize: "{mean: [0, 0, 0], std: [1, 1, 1]}"),
        stages: [.normalise], settings: ["normalize: {mean: [0, 0, 0], std: [1, 1, 1]}"]),
      Fault(
        testDescription: "squash", reference: Pipeline(preprocess: "[{resize: {width: 32, height: 32}}]"),
        stages: [.resize], settings: ["preprocess: [{resize: {width: 32, height: 32, filter: bilinear}}]"]),
      Fault(
        testDescription: "bicubic",
        reference: Pipeline(preprocess: "[{resize: {shorterSide: 40, filter: bicubic}}, {centerCrop: 32}]"),
        stages: [.resize], settings: ["preprocess: [{resize: {shorterSide: 40, filter: bicubic}}, {centerCrop: 32}]"]),
      Fault(
        testDescription: "without antialiasing",
        reference: Pipeline(preprocess: "[{resize: {shorterSide: 40, antialias: false}}, {centerCrop: 32}]"),
        stages: [.resize],
        settings: ["preprocess: [{resize: {shorterSide: 40, antialias: false}}, {centerCrop: 32}]"]),
      Fault(
        testDescription: "a crop share of .9, rounded down",
        reference: Pipeline(preprocess: "[{resize: {shorterSide: 35}}, {centerCrop: 32}]"), stages: [.resize],
        settings: ["preprocess: [{resize: {shorterSide: 35, filter: bilinear}}, {centerCrop: 32}]"]),
      Fault(
        testDescription: "another crop",
        reference: Pipeline(preprocess: "[{resize: {shorterSide: 40}}, {centerCrop: 36}]"), stages: [.crop],
        settings: ["preprocess: [{resize: {shorterSide: 40, filter: bilinear}}, {centerCrop: 36}]"]),
      Fault(
        testDescription: "a crop whose offset is rounded down",
        reference: Pipeline(
          preprocess: "[{resize: {shorterSide: 40}}, {centerCrop: {width: 32, height: 32, rounding: down}}]"),
        stages: [.crop],
        settings: [
          "preprocess: [{resize: {shorterSide: 40, filter: bilinear}}, "
            + "{centerCrop: {width: 32, height: 32, rounding: down}}]"
        ]),
      Fault(
        testDescription: "a crop share of .9, and an offset that is rounded down",
        reference: Pipeline(
          preprocess: "[{resize: {shorterSide: 35}}, {centerCrop: {width: 32, height: 32, rounding: down}}]"),
        stages: [.resize],
        settings: [
          "preprocess: [{resize: {shorterSide: 35, filter: bilinear}}, "
            + "{centerCrop: {width: 32, height: 32, rounding: down}}]"
        ]),
      Fault(
        testDescription: "NHWC", reference: Pipeline(tensor: "{layout: nhwc, type: float32}"), stages: [.layout],
        settings: ["tensor: {layout: nhwc, type: float32, channels: rgb}"]),
      Fault(
        testDescription: "squash and BGR",
        reference: Pipeline(
          preprocess: "[{resize: {width: 32, height: 32}}]", tensor: "{layout: nchw, type: float32, channels: bgr}"),
        stages: [.resize, .channelOrder],
        settings: [
          "preprocess: [{resize: {width: 32, height: 32, filter: bilinear}}]",
          "tensor: {layout: nchw, type: float32, channels: bgr}",
        ]),
    ])
  func faults(fault: Fault) throws {
    let report = try report(Pipeline(), fault.reference)
    #expect(!report.isEqual)
    let explanation = try #require(report.explanation)
    #expect(explanation.isEqual)
    #expect(explanation.changes.map(\.stage) == fault.stages)
    #expect(explanation.settings == fault.settings)
    #expect(report.beginning == fault.stages.first)
    for setting in fault.settings { #expect(report.text.contains(setting)) }
  }

  @Test func meansThatNobodyPublishedAreFitted() throws {
    let report = try report(Pipeline(), Pipeline(normalize: "{mean: [0.3, 0.4, 0.2], std: [0.3, 0.2, 0.4]}"))
    let explanation = try #require(report.explanation)
    #expect(explanation.isEqual)
    #expect(explanation.changes.map(\.stage) == [.normalise])
    #expect(explanation.settings.first?.contains("mean: [0.3") == true)
  }

  @Test func anOrientationThatIsNotAppliedIsNamed() throws {
    // A quarter turn, in an eXIf chunk behind the header: the smallest TIFF structure that says so.
    let tiff: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    let stored = try Self.picture(0)
    let headerEnd = ImageFormat.png.signature.count + 25
    let turned = stored[..<headerEnd] + EncodedImages.chunk("eXIf", tiff) + stored[headerEnd...]
    var comparison = ParityComparison(try Pipeline().definition(), tolerance: 1)
    try comparison.add("turned", Array(turned), try Pipeline().array(stored))
    try comparison.add("upright", try Self.picture(1), try Pipeline().array(try Self.picture(1)))
    let report = try comparison.report()
    #expect(report.beginning == .decode)
    #expect(report.explanation?.isEqual == true)
    #expect(report.explanation?.settings == ["decode: {orientation: ignore}"])
  }

  @Test func whatNothingExplainsIsSaid() throws {
    var comparison = ParityComparison(try Pipeline().definition(), tolerance: 1)
    let picture = try Self.picture(0)
    let other = try Self.picture(77)
    var values = try Pipeline().array(other).values
    values.reverse()
    let array = try NPYArray(NumPyFiles.array(values, shape: [3, 32, 32])[...], name: "a")
    try comparison.add("picture", picture, array)
    let report = try comparison.report()
    #expect(report.beginning == nil)
    #expect(report.text.contains("not found"))
  }

  @Test(arguments: [[2, 3, 32, 32], [5, 32, 32], [3], [0, 3, 3]])
  func shapesThatNoImageHasAreRefused(shape: [Int]) throws {
    var comparison = ParityComparison(try Pipeline().definition(), tolerance: 1)
    let values = [Float](repeating: 0, count: shape.reduce(1, *))
    let array = try NPYArray(NumPyFiles.array(values, shape: shape)[...], name: "a")
    let error = #expect(throws: SluiceError.self) { try comparison.add("picture", try Self.picture(0), array) }
    #expect(error?.code == .invalidTensor)
  }

  @Test func valuesThatAreNoNumbersAreRefused() throws {
    var comparison = ParityComparison(try Pipeline().definition(), tolerance: 1)
    let values = [Float](repeating: .nan, count: 3 * 32 * 32)
    let array = try NPYArray(NumPyFiles.array(values, shape: [3, 32, 32])[...], name: "a")
    #expect(throws: SluiceError.self) { try comparison.add("picture", try Self.picture(0), array) }
  }

  @Test func aPictureThatFindsNoMemoryOnItsWayIsAnError() throws {
    let pipeline = Pipeline(preprocess: "[{resize: {width: 64, height: 32}}]")
    var comparison = ParityComparison(try pipeline.definition(), tolerance: 1)
    let array = try NPYArray(
      NumPyFiles.array([Float](repeating: 0, count: 3 * 32 * 64), shape: [3, 32, 64])[...], name: "a")
    // What lies between the two passes of the resize is wider than the picture, and as high.
    let picture = try PixelImage(size: PixelSize(width: 10, height: 400), channels: .rgb).encodedAsPNG()
    let error = SampleMemory.$longest.withValue(20_000) {
      #expect(throws: SluiceError.self) { try comparison.add("picture", picture, array) }
    }
    #expect(error?.code == .outOfMemory)
  }
}
