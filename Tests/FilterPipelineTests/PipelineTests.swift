import Classifiers
import Common
import Detectors
import FilterPipeline
import Foundation
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers
import Synchronization
import TestSupport
import Testing

struct PipelineTests {
  /// Two detectors that share a squeezer. The model is never opened: the tests bring their own classifier.
  private func definition(threshold: Double, forward: String, also: String = "") throws -> FilterDefinition {
    try FilterFile(
      text: """
        version: 1
        name: test
        preprocess: [{resize: {width: 8, height: 8, filter: box}}]
        tensor: {layout: nchw, type: float32}
        classifier: {openvino: {model: none.onnx}}
        detectors:
          \(also)
          - featureSqueezing: {name: one, squeezers: [{bitDepth: 1}, {median: 3}], distance: l1, threshold: \(threshold)}
          - featureSqueezing: {name: two, squeezers: [{median: 3}], distance: l1, threshold: 10}
        forward: \(forward)
        """
    ).definition
  }

  private func pipeline(
    threshold: Double, forward: String = "original"
  ) throws -> (Pipeline, BrightnessClassifier) {
    let classifier = BrightnessClassifier.failingOnWhite(.eightByEight)
    let pipeline = try Pipeline(
      testing: definition(threshold: threshold, forward: forward), models: .init(classifier: classifier))
    return (pipeline, classifier)
  }

  private func input(_ bytes: [UInt8]) -> EncodedInput { EncodedInput(source: "x", bytes: bytes) }

  @Test func aCleanImageIsForwarded() async throws {
    let (pipeline, classifier) = try pipeline(threshold: 2)
    let judgement = await pipeline.judge(input(try EncodedImages.png(width: 8, height: 8)), id: 7)
    #expect(judgement.verdict.outcome == .clean)
    #expect(judgement.verdict.id == 7)
    #expect(judgement.tensor?.bytes.count == 8 * 8 * 3 * 4)
    #expect(judgement.verdict.tensor?.shape == [1, 3, 8, 8])
    // The image and its two distinct squeezed versions, each in a call of its own: two detectors share the median.
    #expect(classifier.batches.withLock { $0 } == [1, 1, 1])
  }

  @Test func aScoreAboveTheThresholdFlags() async throws {
    let (strict, _) = try pipeline(threshold: 0)
    let judgement = await strict.judge(input(try EncodedImages.png(width: 8, height: 8)), id: 1)
    #expect(judgement.verdict.outcome == .adversarial)
    #expect(judgement.tensor == nil)
    #expect(judgement.verdict.tensor == nil)
    #expect(judgement.verdict.detectors.map(\.isFlagged) == [true, false])
    let flagging = try #require(judgement.verdict.detectors.first)
    #expect(judgement.verdict.reason == "\(flagging.name): \(flagging.score.sentence)")
    // Exactly the threshold does not flag.
    let score = try #require(judgement.verdict.detectors.first?.score.value)
    let (lenient, _) = try pipeline(threshold: score)
    let again = await lenient.judge(input(try EncodedImages.png(width: 8, height: 8)), id: 1)
    #expect(again.verdict.outcome == .clean)
    #expect(again.verdict.reason == "no detector's score is above its threshold")
  }

  @Test("a detector that nothing asks is no detector that found nothing")
  func neverAsked() async throws {
    var definition = try FilterFile(
      text: """
        version: 1
        name: test
        preprocess: [{resize: {width: 8, height: 8, filter: box}}]
        tensor: {layout: nchw, type: float32}
        """
    ).definition
    // Compares predictions, and there is no classifier.
    definition.add(FeatureSqueezing.published, named: "lonely")
    let pipeline = try Pipeline(testing: definition, models: .init())
    let judgement = await pipeline.judge(input(try EncodedImages.png(width: 8, height: 8)), id: 1)
    #expect(judgement.verdict.outcome == .failed && judgement.tensor == nil)
    #expect(judgement.verdict.error?.message == "the detector lonely was not asked")
  }

  @Test func damageIsRejectedAndClassifierTroubleFails() async throws {
    let (pipeline, _) = try pipeline(threshold: 2)
    let damaged = await pipeline.judge(input(Array(try EncodedImages.png().dropLast(9))), id: 1)
    #expect(damaged.verdict.outcome == .rejected)
    #expect(damaged.verdict.error?.code == .truncatedImage)
    #expect(damaged.verdict.sha256 != nil)
    let white = PixelImage([UInt8](repeating: 255, count: 192), width: 8, height: 8, channels: .rgb)
    let bright = await pipeline.judge(input(try white.encodedAsPNG()), id: 1)
    #expect(bright.verdict.outcome == .failed)
    #expect(bright.tensor == nil)
    let unread = EncodedInput(source: "x", bytes: [], problem: .unreadable(SluiceError(.unreadableFile, "no")))
    #expect(await pipeline.judge(unread, id: 1).verdict.outcome == .failed)
  }

  private static func pixels(of bytes: [UInt8]) throws -> [UInt8] {
    let decoded = try ImageDecoder(limits: DecodeLimits()).decode(bytes.span)
    return decoded.pixels.array
  }

  @Test("failing open forwards what the classifier fails on, and says so; damage is still rejected")
  func failingOpen() async throws {
    let (pipeline, _) = try pipeline(threshold: 2)
    let white = PixelImage([UInt8](repeating: 255, count: 192), width: 8, height: 8, channels: .rgb)
    let open = await pipeline.judge(input(try white.encodedAsPNG()), id: 1, as: .init(failsOpen: true))
    #expect(open.verdict.outcome == .failed && open.verdict.handling == .unjudged && open.verdict.error != nil)
    #expect(open.tensor != nil && open.verdict.action == .unjudged)
    let damaged = await pipeline.judge(input([1, 2, 3]), id: 1, as: .init(failsOpen: true))
    #expect(damaged.verdict.outcome == .rejected && damaged.tensor == nil)
  }

  @Test("failing open holds back what is certain to be flagged", arguments: [true, false])
  func failingOpenStillFlags(complete: Bool) async throws {
    let definition = try definition(threshold: 2, forward: "original", also: "- fileFindings: {}")
    let pipeline = try Pipeline(
      testing: definition, models: .init(classifier: BrightnessClassifier.failingOnWhite(.eightByEight)))
    let white = PixelImage([UInt8](repeating: 255, count: 192), width: 8, height: 8, channels: .rgb)
    let archive = try white.encodedAsPNG() + Array("PK\u{3}\u{4}rest".utf8)
    let held = await pipeline.judge(
      input(archive), id: 1, as: .init(flagged: .enforce, asksEverything: complete, failsOpen: true))
    #expect(held.verdict.outcome == .adversarial && held.tensor == nil && held.verdict.ending == .flaggedEarly)
  }

  @Test("a flagged image is held back, observed or sanitised, as is asked")
  func flaggedImages() async throws {
    let (pipeline, _) = try pipeline(threshold: 0, forward: "{squeezed: {median: 2}}")
    let bytes = try EncodedImages.png(width: 8, height: 8)
    let held = await pipeline.judge(input(bytes), id: 1, as: .init(flagged: .enforce, parts: [.tensor, .picture]))
    #expect(held.tensor == nil && held.picture == nil && held.verdict.action == .flagged)
    let observed = await pipeline.judge(input(bytes), id: 1, as: .init(flagged: .observe))
    #expect(observed.tensor != nil && observed.verdict.action == .observed)
    let sanitised = await pipeline.judge(
      input(bytes), id: 1, as: .init(flagged: .sanitize, parts: [.tensor, .picture]))
    #expect(sanitised.verdict.action == .sanitized && sanitised.prediction == nil)
    let picture = try #require(sanitised.picture)
    let expected = Median(window: 2).squeeze(try pipeline.modelImage(of: bytes), seed: .none).array
    #expect(try Self.pixels(of: picture) == expected)
  }

  @Test("pixels without a file are judged as the same pixels in a file")
  func plainPixels() async throws {
    let (pipeline, _) = try pipeline(threshold: 2)
    let bytes = try EncodedImages.png(width: 20, height: 12)
    let layout = EncodedInput.PixelLayout(size: PixelSize(width: 20, height: 12), channels: .rgb)
    let pixels = try Self.pixels(of: bytes)
    let plain = await pipeline.judge(EncodedInput(source: "x", bytes: pixels, pixels: layout), id: 1)
    let encoded = await pipeline.judge(input(bytes), id: 1)
    #expect(plain.tensor?.bytes == encoded.tensor?.bytes && plain.tensor != nil)
    #expect(plain.verdict.detectors.map(\.score.value) == encoded.verdict.detectors.map(\.score.value))
    let tall = EncodedInput.PixelLayout(size: PixelSize(width: 1, height: 20_000), channels: .gray)
    let refused = await pipeline.judge(
      EncodedInput(source: "x", bytes: [UInt8](repeating: 0, count: 20_000), pixels: tall), id: 1)
    #expect(refused.verdict.outcome == .rejected && refused.verdict.error?.code == .tooManyPixels)
  }

  /// A pipeline without a classifier.
  private static func pipeline(that step: String, detectors: String = "") throws -> Pipeline {
    let filter = try FilterFile(
      text: """
        version: 1
        name: test
        preprocess: [\(step)]
        tensor: {layout: nchw, type: float32}
        \(detectors)
        """)
    return try Pipeline(testing: filter.definition)
  }

  @Test("a picture that its file has lying on its side comes from where its upright copy does")
  func originsOfTurnedPictures() async throws {
    let pipeline = try Self.pipeline(that: "{letterbox: {width: 16, height: 8}}")
    let turned = Self.turned(try EncodedImages.png(width: 64, height: 32))
    let upright = try ImageDecoder().decode(turned.span).takePixels().encodedAsPNG()
    let origin = await pipeline.judge(input(turned), id: 1).verdict.origin
    #expect(origin?.scale == 8, "of 32×64 pixels, 4×8 are left")
    let copy = await pipeline.judge(input(upright), id: 1).verdict.origin
    #expect(origin == copy)
  }

  @Test("what lies between the two passes of a resize is reckoned with, in whatever form a picture comes")
  func memoryForScaling() throws {
    let pipeline = try Self.pipeline(that: "{resize: {width: 512, height: 8}}")
    let thin = PixelSize(width: 1, height: 16384)
    let upright = try PixelImage(size: thin, channels: .rgb).encodedAsPNG()
    let lying = Self.turned(try PixelImage(size: thin.transposed, channels: .rgb).encodedAsPNG())
    let pixels = Self.unencoded(thin, .rgb)
    for image in [input(upright), input(lying), pixels] {
      let bytes = pipeline.bytesForJudging(image)
      #expect((512 * 16384 * 3..<40_000_000).contains(bytes))
    }
    let refused = Self.unencoded(PixelSize(width: 1, height: 20_000), .gray)
    #expect(pipeline.bytesForJudging(refused) < 1_000_000)
  }

  @Test("what looking at the file has made of the picture is what preprocessing makes", arguments: FilePolicy.allCases)
  func pictureThatWasCompared(policy: FilePolicy) async throws {
    let finding = "- fileFindings: {gamma: \(policy.rawValue), threshold: 0.99}"
    let pipeline = try Pipeline(
      testing: definition(threshold: 2, forward: "original", also: finding),
      models: .init(classifier: BrightnessClassifier.failingOnWhite(.eightByEight)))
    let picture = try EncodedImages.png(width: 20, height: 12)
    let gamma = EncodedImages.chunk("gAMA", EncodedImages.bigEndian(20_000))
    let bytes = Array(picture[..<33]) + gamma + Array(picture[33...])
    let judgement = await pipeline.judge(input(bytes), id: 1, as: .init(parts: [.tensor, .modelImage]))
    let expected = try pipeline.modelImage(of: bytes).array
    let image = try #require(judgement.modelImage)
    #expect(image.pixels.array == expected)
    #expect(judgement.verdict.origin?.scale == 12.0 / 8)
  }

  @Test("what looks at the source takes as much again as the decoded picture, and alpha and profiles are reckoned with")
  func memoryForLookingAtTheSource() throws {
    let step = "{resize: {width: 8, height: 8}}"
    let plain = try Self.pipeline(that: step)
    let looking = try Self.pipeline(that: step, detectors: "detectors: [{scalingAttack: {threshold: 9}}]")
    let bytes = try EncodedImages.png(width: 300, height: 200)
    let demand = try ImageDecoder().demand(of: bytes.span).memory
    #expect(looking.bytesForJudging(input(bytes)) - plain.bytesForJudging(input(bytes)) == demand)
    let size = PixelSize(width: 300, height: 200)
    let pixels = Self.unencoded(size, .rgb)
    #expect(looking.bytesForJudging(pixels) - plain.bytesForJudging(pixels) == 3 * size.area)

    let finding = try Self.pipeline(that: step, detectors: "detectors: [{fileFindings: {}}]")
    for (name, least) in [("rgba8", 13 * 11), ("metadata", 1)] {
      let bytes = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/\(name).png"))
      let extras = try ImageDecoder().demand(of: bytes.span, keeping: FileFindings.neededExtras)
      let more = extras.memory - (try ImageDecoder().demand(of: bytes.span).memory)
      #expect(more >= least)
      #expect(finding.bytesForJudging(input(bytes)) - plain.bytesForJudging(input(bytes)) == more)
    }
  }

  @Test("a picture costs itself alone where no memory is left for scaling it", arguments: ["", "- fileFindings: {}"])
  func noMemoryForScaling(detectors: String) async throws {
    let pipeline = try Self.pipeline(
      that: "{resize: {width: 64, height: 2}}",
      detectors: """
        detectors:
          - stripeNoise: {threshold: 9}
          \(detectors)
        """)
    // Its own samples are 16,384, those between the passes 1,048,576.
    let thin = try PixelImage(size: PixelSize(width: 1, height: 16384), channels: .gray).encodedAsPNG()
    let gamma = EncodedImages.chunk("gAMA", EncodedImages.bigEndian(20_000))
    let image = input(Array(thin[..<33]) + gamma + Array(thin[33...]))
    let judgement = await SampleMemory.$longest.withValue(100_000) { await pipeline.judge(image, id: 1) }
    #expect(judgement.verdict.outcome == .failed && judgement.verdict.error?.code == .outOfMemory)
    #expect(await pipeline.judge(image, id: 2).verdict.error == nil)
  }

  private static func unencoded(_ size: PixelSize, _ channels: PixelChannels) -> EncodedInput {
    EncodedInput(
      source: "x", bytes: [UInt8](repeating: 0, count: size.area * channels.rawValue),
      pixels: EncodedInput.PixelLayout(size: size, channels: channels))
  }

  /// The PNG with EXIF data of one tag, by which its picture is to be turned by a quarter.
  private static func turned(_ png: [UInt8]) -> [UInt8] {
    let exif: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    return Array(png[..<33]) + EncodedImages.chunk("eXIf", exif) + Array(png[33...])
  }

  // The first two are among the detectors' squeezers, the third is not.
  @Test(arguments: ["bitDepth: 1", "median: 3", "median: 2"])
  func aSqueezedImageIsForwarded(name: String) async throws {
    let squeezers: [String: any Squeezer] = [
      "bitDepth: 1": BitDepth(bits: 1), "median: 3": Median(window: 3), "median: 2": Median(window: 2),
    ]
    let squeezer = try #require(squeezers[name])
    let (pipeline, _) = try pipeline(threshold: 2, forward: "{squeezed: {\(name)}}")
    let bytes = try EncodedImages.png(width: 8, height: 8)
    let image = try pipeline.modelImage(of: bytes)
    var batch = TensorBatch(form: pipeline.form, count: 1)
    TensorEncoder(form: pipeline.form, normalisation: .identity(.rgb), sampleValues: squeezer.sampleValues)
      .encode(squeezer.squeeze(image, seed: .none), into: &batch, at: 0)
    let expected = batch.image(0).withUnsafeBytes { [UInt8]($0) }
    #expect(await pipeline.judge(input(bytes), id: 1).tensor?.bytes == expected)
  }

  @Test func verdictLinesAreInTheOrderOfTheDocumentation() async throws {
    let (pipeline, _) = try pipeline(threshold: 2)
    let text = await pipeline.judge(input(try EncodedImages.png(width: 8, height: 8)), id: 1).verdict.json.text
    let keys = [
      "id", "source", "sha256", "verdict", "action", "filter", "image", "prediction", "detectors", "tensor",
      "milliseconds",
    ]
    let places = keys.map { key in text.range(of: "\"\(key)\":")?.lowerBound }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }
}
