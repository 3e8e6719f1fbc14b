import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct OpenVINOClassifierTests {
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))

  private func classifier(_ model: String, scores: ScoreKind) throws -> OpenVINOClassifier {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    settings.scores = scores
    return try OpenVINOClassifier(settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
  }

  /// A batch in which image i has the value i + 1 in one channel and zero in the others.
  private func batch(_ count: Int) -> TensorBatch {
    var batch = TensorBatch(form: Self.form, count: count)
    for image in 0..<count {
      var elements = batch.elements(ofImage: image, as: Float.self)
      for pixel in 0..<64 { elements[image % 3 * 64 + pixel] = Float(image + 1) }
    }
    return batch
  }

  /// The model's definition: eight times the channel means, and their negative sum as the last class.
  private func expectedLogits(_ image: Int) -> [Float] {
    var logits: [Float] = [0, 0, 0, -8 * Float(image + 1)]
    logits[image % 3] = 8 * Float(image + 1)
    return logits
  }

  @Test(arguments: ["logits", "batch-of-three", "batch-of-none", "batch-below-one"], [1, 2, 3, 4, 7])
  func everyBatchSizeGivesThePredictionsInOrder(model: String, count: Int) async throws {
    let classifier = try classifier(model, scores: .logits)
    #expect(classifier.classCount == 4)
    let predictions = try await classifier.predictions(for: batch(count))
    #expect(predictions.count == count)
    for (image, prediction) in predictions.enumerated() {
      let logits = expectedLogits(image)
      let expected = try Prediction(logits: logits.span)
      #expect(prediction.topClass == image % 3)
      for (value, wanted) in zip(prediction.logProbabilities, expected.logProbabilities) {
        #expect(abs(value - wanted) < 1e-3)
      }
    }
  }

  @Test("a gray picture has the same scores with an axis for its channel and without one", arguments: [1, 3])
  func withoutChannels(count: Int) async throws {
    func scores(_ model: String, _ layout: TensorLayout) async throws -> [Prediction] {
      let form = TensorForm(
        element: .float32, layout: layout, channels: .gray, size: PixelSize(width: 8, height: 8))
      let settings = OpenVINOSettings(modelPath: Repository.file("Tests/ModelSetupTests/Fixtures/\(model).onnx"))
      let classifier = try OpenVINOClassifier(settings, form: form, environment: ProcessInfo.processInfo.environment)
      var batch = TensorBatch(form: form, count: count)
      for image in 0..<count {
        var elements = batch.elements(ofImage: image, as: Float.self)
        for pixel in 0..<64 { elements[pixel] = Float((pixel * 7 + image) % 5) }
      }
      return try await classifier.predictions(for: batch)
    }
    let (flat, deep) = (try await scores("without-channels", .nhw), try await scores("gray", .nchw))
    #expect(flat.map(\.logProbabilities) == deep.map(\.logProbabilities))
    #expect(Set(flat.map(\.logProbabilities)).count == count)
  }

  @Test func probabilitiesAreUsedAsTheyAre() async throws {
    let classifier = try classifier("probabilities", scores: .probabilities)
    let logits = expectedLogits(0)
    let expected = try Prediction(logits: logits.span)
    let prediction = try await classifier.predictions(for: batch(1))[0]
    for (value, wanted) in zip(prediction.probabilities, expected.probabilities) { #expect(abs(value - wanted) < 1e-5) }
  }

  @Test(arguments: [("logits", ScoreKind.probabilities), ("probabilities", .logits)])
  func aWrongDeclarationIsFoundAtTheStart(model: String, declared: ScoreKind) throws {
    let classifier = try classifier(model, scores: declared)
    let error = #expect(throws: SluiceError.self) { try classifier.prepare(batch: 2) }
    #expect(error?.code == .modelMismatch)
    #expect(error?.remedy?.contains("scores: \(model)") == true)
  }

  @Test(arguments: [("logits", ScoreKind.logits), ("probabilities", .probabilities), ("batch-of-three", .logits)])
  func aRightDeclarationPasses(model: String, declared: ScoreKind) throws {
    try classifier(model, scores: declared).prepare(batch: 2)
  }

  @Test func manyThreadsShareOneClassifier() async throws {
    let classifier = try classifier("logits", scores: .logits)
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<50 { group.addTask { try? await classifier.predictions(for: batch(3))[1].topClass } }
      for await topClass in group { #expect(topClass == 1) }
    }
  }

  @Test(
    "what a model gives instead of class scores is named, and so is a file that it lacks",
    arguments: [
      ("one-logit", "`logits` (float32 ?×1)", "scores: oneLogit"),
      ("quantised", "`levels` (uint8 ?×4)", "outputScale"),
      ("without-weights", "Fixtures/without-weights.onnx.data", "beside the model"),
      ("batch-of-thousands", "float32 100000×3×8×8), which is more than the 64 pictures", "one of at most 64"),
    ])
  func unusableModels(model: String, named: String, advice: String) throws {
    let error = #expect(throws: SluiceError.self) { try classifier(model, scores: .logits) }
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    #expect(error?.remedy?.contains(advice) == true, "\(error?.remedy ?? "")")
  }

  @Test(
    "weights that are a link out of the model's folder are named, with how to copy them; a folder that is a link is none"
  )
  func linkedWeights() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    for place in ["store", "model"] {
      try files.createDirectory(atPath: "\(folder.path)/\(place)", withIntermediateDirectories: true)
    }
    for name in ["weights-beside.onnx", "weights-beside.onnx.data"] {
      let original = Repository.file("Tests/ClassifiersTests/Fixtures/\(name)")
      try files.copyItem(atPath: original, toPath: "\(folder.path)/store/\(name)")
      try files.createSymbolicLink(atPath: "\(folder.path)/model/\(name)", withDestinationPath: "../store/\(name)")
    }
    let environment = ProcessInfo.processInfo.environment
    let error = #expect(throws: SluiceError.self) {
      try ModelProbe(path: "\(folder.path)/model/weights-beside.onnx", environment: environment)
    }
    #expect(error?.message.contains("weights-beside.onnx.data, a link out of the model's folder") == true)
    #expect(error?.remedy?.hasSuffix("cp -rL \(folder.path)/model OTHER") == true, "\(error?.remedy ?? "")")
    try files.createSymbolicLink(atPath: "\(folder.path)/linked", withDestinationPath: "store")
    let linked = try ModelProbe(path: "\(folder.path)/linked/weights-beside.onnx", environment: environment)
    #expect(linked.outputs.map(\.name) == ["logits"])
  }

  @Test("whoever writes to the weights of a model that is open changes none of its answers, nor ends the process")
  func overwrittenWeights() async throws {
    let folder = try TemporaryFolder()
    for name in ["weights-beside.onnx", "weights-beside.onnx.data"] {
      try folder.file(name, try Repository.bytes(Repository.file("Tests/ClassifiersTests/Fixtures/\(name)")))
    }
    var settings = OpenVINOSettings(modelPath: "\(folder.path)/weights-beside.onnx")
    settings.scores = .logits
    let classifier = try OpenVINOClassifier(
      settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
    let before = try await classifier.predictions(for: batch(1))
    #expect(before[0].topClass == 0)
    let weights = try #require(FileHandle(forUpdatingAtPath: "\(folder.path)/weights-beside.onnx.data"))
    let original = try #require(try weights.readToEnd())
    try weights.seek(toOffset: 0)
    // The sign of each number is in its last byte.
    try weights.write(contentsOf: Data(original.enumerated().map { $0 % 4 == 3 ? $1 ^ 0x80 : $1 }))
    let after = try await classifier.predictions(for: batch(1))
    #expect(after.map(\.logProbabilities) == before.map(\.logProbabilities))
    // Batches of another size are compiled only now.
    let three = try await classifier.predictions(for: batch(3))
    #expect(three.map(\.topClass) == [0, 1, 2])
    try weights.truncate(atOffset: 0)
    try weights.close()
    let two = try await classifier.predictions(for: batch(2))
    #expect(two.map(\.topClass) == [0, 1])
  }

  private func opened(
    _ model: String, _ scores: ScoreKind, quantisation: OutputQuantisation? = nil
  ) throws -> OpenVINOClassifier {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    settings.scores = scores
    settings.outputQuantisation = quantisation
    return try OpenVINOClassifier(settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
  }

  @Test func oneLogitStandsForTwoClasses() async throws {
    let classifier = try opened("one-logit", .oneLogit)
    try classifier.prepare(batch: 2)
    #expect(classifier.classCount == 2)
    let predictions = try await classifier.predictions(for: batch(2))
    // Eight times the red of the first image, none of the second.
    #expect(abs(predictions[0].probabilities[1] - 0.999665) < 1e-5)
    #expect(predictions[1].probabilities == [0.5, 0.5])
  }

  @Test func halfPrecisionIsTakenAsItIs() async throws {
    let classifier = try opened("float16", .logits)
    try classifier.prepare(batch: 1)
    let prediction = try await classifier.predictions(for: batch(1))[0]
    let logits = expectedLogits(0)
    let expected = try Prediction(logits: logits.span)
    for (value, wanted) in zip(prediction.logProbabilities, expected.logProbabilities) {
      #expect(abs(value - wanted) < 0.02)
    }
  }

  @Test func integersAreWhatTheirScaleSays() async throws {
    let classifier = try opened("quantised", .logits, quantisation: OutputQuantisation(scale: 0.1, zeroPoint: 0))
    let prediction = try await classifier.predictions(for: batch(1))[0]
    // Negative logits were cut off at zero by the model itself.
    let logits: [Float] = [8, 0, 0, 0]
    let expected = try Prediction(logits: logits.span)
    for (value, wanted) in zip(prediction.logProbabilities, expected.logProbabilities) {
      #expect(abs(value - wanted) < 1e-3)
    }
  }

  @Test(
    "inputs and outputs may have no name, several, or a long one",
    arguments: [
      ("nameless.xml", nil, nil), ("nameless.xml", "input 1", "output 1"),
      ("several-names.xml", nil, nil), ("several-names.xml", "pixels", "a_first_name"),
      ("several-names.xml", "serving_default_pixels:0", "logits"), ("several-names.xml", nil, "zz_last"),
      ("long-name.onnx", nil, nil),
    ] as [(String, String?, String?)])
  func names(model: String, input: String?, output: String?) async throws {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ModelSetupTests/Fixtures/\(model)"))
    settings.input = input
    settings.output = output
    let folder = try TemporaryFolder()
    let cache = ModelCache(
      environment: [ModelCache.environmentVariable: folder.path + "/cache"], sha256OfFile: { path in path })
    // Once as it is read, and once as it is kept.
    for _ in 0..<2 {
      let classifier = try OpenVINOClassifier(
        settings, form: Self.form, environment: ProcessInfo.processInfo.environment, cache: cache)
      try classifier.prepare(batch: 2)
      #expect(try await classifier.predictions(for: batch(2)).map(\.topClass) == [0, 1])
    }
  }

  @Test("a name that an output does not have is refused with those that it has")
  func anotherName() {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ModelSetupTests/Fixtures/several-names.xml"))
    settings.output = "probabilities"
    let error = #expect(throws: SluiceError.self) {
      try OpenVINOClassifier(settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
    }
    #expect(error?.message.contains("no output `probabilities`") == true)
    #expect(error?.remedy?.contains("a_first_name") == true)
  }

  @Test func severalNumbersAreNotOne() {
    let error = #expect(throws: SluiceError.self) { try opened("logits", .oneProbability) }
    #expect(error?.code == .modelMismatch)
    #expect(error?.remedy?.contains("scores: logits") == true)
  }
}

struct RoundedProbabilitiesTests {
  private static let cases: [(values: [Float], expected: [Float])] = [
    ([0.5, 0.25, 0], [0.666667, 0.333333, 0]), ([0.73], [1]), ([0, 1], [0, 1]), ([0.6, 0.5], [0.545455, 0.454545]),
    // What a model is unsure of: most classes round to zero, or all of them, or each to twice its probability.
    ([0.015625, 0, 0.046875, 0], [0.25, 0, 0.75, 0]), ([0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]),
    ([Float](repeating: 1 / 256, count: 512), [Float](repeating: 1 / 512, count: 512)),
  ]

  @Test(arguments: cases)
  func areDividedByTheirSum(values: [Float], expected: [Float]) throws {
    let prediction = try Prediction(roundedProbabilities: values.span)
    for (value, wanted) in zip(prediction.probabilities, expected) { #expect(abs(value - wanted) < 1e-5) }
  }

  @Test(arguments: [[1.1, 1], [-0.1, 1.1], [], [Float.nan, 1], [2, 0.5], [-1, 1]] as [[Float]])
  func othersAreRefused(values: [Float]) {
    #expect(throws: SluiceError.self) { try Prediction(roundedProbabilities: values.span) }
  }
}
