import Classifiers
import Common
import Files
import FilterPipeline
import Foundation
import ImageCodecs
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// What photographs show where nothing says how pictures are prepared, and the filter that comes of it.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct PreparationChoiceTests {
  /// Pictures whose brightest channel is their class, in files that are called by it where they are `named`.
  ///
  /// - Parameters:
  ///   - shift: by how many classes the names are wrong.
  private func photographs(_ count: Int, named: Bool, shift: Int = 0) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<count {
      let channel = index % 3
      var image = PixelImage(size: PixelSize(width: 24, height: 16), channels: .rgb)
      var samples = image.mutableSamples
      for place in 0..<samples.count {
        samples[place] = UInt8(place % 3 == channel ? 200 + index % 40 : 40 + (index * 7 + place) % 30)
      }
      let name = named ? "\((channel + shift) % 3)_\(index).png" : "picture\(index).png"
      try folder.file(name, try image.encodedAsPNG())
    }
    return folder
  }

  private func choice(
    _ model: String, _ folder: TemporaryFolder, found: FoundPreparation = FoundPreparation([]), byNumber: Bool = false
  ) throws -> ChosenPreparation {
    let probe = try ModelProbe(
      path: Repository.file("Tests/ModelSetupTests/Fixtures/\(model)"), environment: ProcessInfo.processInfo.environment
    )
    var examination = ModelExamination(probe)
    examination.isThorough = false
    let classifier = try #require(try examination.description().classifier)
    let classes = PathClasses(classCount: 3)
    let photographs = try TrialPhotographs(
      [RawPath(folder.path)], count: 30, classes: { classes($0) }, numbers: { byNumber ? classes($0) : nil })
    return try PreparationChoice(probe, classifier, found: found, photographs: photographs).chosen()
  }

  @Test func labelledPhotographsTellRGBFromBGR() throws {
    let chosen = try choice("channels-last.onnx", try photographs(30, named: true))
    #expect(chosen.order == Choice(.rgb, .tried(isClear: true)))
    #expect(chosen.trials.first?.measure == .accuracy)
    #expect(chosen.trials.first?.best.accuracy == 1)
  }

  @Test func photographsWithoutLabelsAreComparedByTheirLooks() throws {
    let chosen = try choice("channels-last.onnx", try photographs(30, named: false))
    #expect(chosen.trials.first?.measure == .information)
    #expect(chosen.trials.first?.best.agreement == 1)
  }

  @Test("labels that the model does not find in photographs are a doubt, and decide on nothing")
  func refutedLabels() throws {
    let right = try choice("channels-last.onnx", try photographs(30, named: true))
    #expect(!right.doubts.contains { $0.source == "photographs" })
    // BGR finds one of three classes under these names, as guessing does, and RGB none.
    let wrong = try choice("channels-last.onnx", try photographs(30, named: true, shift: 1))
    #expect(wrong.trials.first?.measure == .information)
    #expect(wrong.trials.first?.refutedLabels?.count == 30)
    let doubts = wrong.doubts.filter { $0.source == "photographs" }.map(\.value)
    #expect(
      doubts.count == 1
        && doubts[0].hasPrefix("folders or file names give classes for 30 photographs, of which the model"))
  }

  @Test("few labels refute nothing, and neither do numbers that only look like labels")
  func labelsThatRefuteNothing() throws {
    let few = try choice("channels-last.onnx", try photographs(12, named: true, shift: 1))
    #expect(few.trials.first?.refutedLabels == nil)
    let numbers = try choice("channels-last.onnx", try photographs(30, named: true, shift: 1), byNumber: true)
    #expect(numbers.trials.first?.refutedLabels == nil)
  }

  @Test(
    "a number outside [0, 1] on a photograph is no probability",
    arguments: [("unit-logit.onnx", true), ("sigmoid.onnx", false)])
  func oneLogit(model: String, isLogit: Bool) throws {
    let chosen = try choice(model, try photographs(30, named: false))
    #expect(chosen.showsLogit == isLogit)
  }

  @Test("letterboxes and scaling without antialiasing are tried, and stand behind what is more usual")
  func geometries() throws {
    let square = PixelSize(width: 224, height: 224)
    let geometries = UsualPreparations.geometries(square)
    #expect(Set(geometries).count == geometries.count)
    let later: [[PreprocessStep]] = [
      [.resizeExactly(square, .bicubic)], [.resizeExactly(square, .sampled(.bilinear))],
      [.resizeExactly(square, .sampled(.nearest))],
      [.resizeShorterSide(256, .sampled(.bilinear)), .centerCrop(square)], [.letterbox(square, .bilinear, level: 0)],
      [.letterbox(square, .bilinear, level: 114)],
    ]
    let places = later.map { geometries.firstIndex(of: $0) }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
    #expect(geometries.first == [.resizeShorterSide(256, .bilinear), .centerCrop(square)])
    for steps in UsualPreparations.geometries(PixelSize(width: 300, height: 200)) {
      #expect(try Preprocessor(steps: steps, channels: .rgb).outputSize == PixelSize(width: 300, height: 200))
    }
  }

  @Test("what photographs do not tell apart stays the most usual; what a crop would cut away rules the crop out")
  func tellingGeometries() throws {
    let same = try choice("channels-last.onnx", try photographs(30, named: true))
    #expect(same.steps.value == UsualPreparations.geometries(same.size)[0])
    #expect(same.steps.reason == .tried(isClear: false))
    // The class is the colour of both ends of a wide picture, and the middle has that of another class.
    let folder = try TemporaryFolder()
    for index in 0..<30 {
      let channel = index % 3
      let samples = (0..<64 * 16 * 3).map { place in
        let isEnd = !(22..<42).contains(place / 3 % 64)
        let shown = isEnd ? channel : (channel + 1) % 3
        return UInt8(place % 3 == shown ? 200 + index % 40 : 40 + (index * 7 + place) % 30)
      }
      try folder.file(
        "\(channel)_\(index).png", PixelImage(samples, width: 64, height: 16, channels: .rgb).encodedAsPNG())
    }
    let whole = try choice("channels-last.onnx", folder)
    // The first that shows the ends.
    #expect(whole.steps.value == UsualPreparations.geometries(whole.size)[2])
    #expect(whole.trials.last?.best.accuracy == 1)
  }

  @Test("what is found stays, and where photographs plainly contradict it, that is a doubt")
  func contradiction() throws {
    var preparation = Preparation()
    preparation.normalisation = Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
    for (order, isRight) in [(TensorChannels.rgb, true), (.bgr, false)] {
      preparation.order = order
      for isNamed in [true, false] where isNamed || isRight {
        let found = FoundPreparation([PreparationClue(source: "config.json", preparation: preparation)])
        let chosen = try choice("channels-last.onnx", try photographs(30, named: isNamed), found: found)
        #expect(chosen.order == Choice(order, .found("config.json")))
        #expect(chosen.normalisation?.reason == .found("config.json"))
        #expect(chosen.doubts.isEmpty == isRight, "\(chosen.doubts)")
        if !isRight {
          let doubt = try #require(chosen.doubts.first)
          #expect(doubt.source == "config.json" && doubt.value.hasPrefix("photographs say otherwise: RGB, "))
          #expect(doubt.value.hasSuffix(" is right on 1.00 of them, this one on 0.33"), "\(doubt.value)")
        }
      }
    }
  }

  @Test("what only the model's name says gives way to photographs that plainly contradict it, and to no others")
  func contradictedName() throws {
    var preparation = Preparation()
    preparation.normalisation = Normalisation(mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5])
    preparation.isByName = true
    let folder = try photographs(30, named: true)
    func chosen(_ order: TensorChannels) throws -> ChosenPreparation {
      preparation.order = order
      let clue = PreparationClue(source: "config.json", preparation: preparation)
      return try choice("channels-last.onnx", folder, found: FoundPreparation([clue]))
    }
    let right = try chosen(.rgb)
    #expect(right.order == Choice(.rgb, .named("config.json")))
    #expect(right.normalisation?.reason == .named("config.json"))
    #expect(right.normalisation?.reason.text == "usual for models of its name, from config.json")
    #expect(right.doubts.isEmpty)
    let wrong = try chosen(.bgr)
    #expect(wrong.order == Choice(.rgb, .tried(isClear: true)))
    #expect(wrong.trials.first?.best.accuracy == 1)
    let doubt = try #require(wrong.doubts.first)
    #expect(doubt.source == "config.json" && wrong.doubts.count == 1)
    #expect(doubt.value.hasPrefix("photographs say otherwise: RGB, "))
    #expect(doubt.value.hasSuffix("; what they say is taken, as only the model's name says this"), "\(doubt.value)")
  }

  @Test("means in the order of the tensor become those of R, G, B with the order that is found or tried")
  func tensorOrder() throws {
    let values = Normalisation(mean: [0.1, 0.2, 0.3], standardDeviation: [0.4, 0.5, 0.6])
    let reversed = Normalisation(mean: [0.3, 0.2, 0.1], standardDeviation: [0.6, 0.5, 0.4])
    var (open, ordered) = (Preparation(), Preparation())
    open.normalisation = values
    open.isNormalisedInTensorOrder = true
    ordered.order = .bgr
    let clues = [
      PreparationClue(source: "model", preparation: open), PreparationClue(source: "file", preparation: ordered),
    ]
    let folder = try photographs(12, named: true)
    let found = try choice("channels-last.onnx", folder, found: FoundPreparation(clues))
    #expect(found.normalisation == Choice(reversed, .found("model")))
    // The model takes RGB.
    let tried = try choice("channels-last.onnx", folder, found: FoundPreparation([clues[0]]))
    #expect(tried.order.value == .rgb && tried.normalisation == Choice(values, .found("model")))
    for (order, expected) in [(TensorChannels.rgb, values), (.bgr, reversed)] {
      let normalisation = NamedNormalisation("as found", values, isInTensorOrder: true)
      #expect(PreparationCandidate(steps: [], normalisation: normalisation, order: order).values == expected)
    }
  }

  @Test func whatIsFoundStays() throws {
    let folder = try photographs(6, named: true)
    let path = Repository.file("Tests/ModelSetupTests/Fixtures/quantised.tflite")
    let chosen = try choice(
      "quantised.tflite", folder, found: ModelSurroundings(modelPath: path).preparation(size: nil))
    // Quantisation and normalisation undo each other, so that samples are given as they are.
    #expect(chosen.normalisation == nil)
    #expect(chosen.quantisation == nil)
    #expect(chosen.order == Choice(.rgb, .found("the model's metadata")))
  }

  /// Pictures of a size, as a file beside the model names it.
  private func named(_ size: PixelSize) -> FoundPreparation {
    var preparation = Preparation()
    preparation.size = size
    return FoundPreparation([PreparationClue(source: "config.json", preparation: preparation)])
  }

  @Test("a size that is named is taken where the model was run with it; else it is a doubt")
  func namedSizes() throws {
    let path = Repository.file("Tests/ModelSetupTests/Fixtures/flattened-open.onnx")
    let probe = try ModelProbe(path: path, environment: ProcessInfo.processInfo.environment)
    // It runs with 28×28 alone.
    let refused = PixelSize(width: 32, height: 32)
    var examination = ModelExamination(probe)
    examination.namedSize = refused
    let classifier = try #require(try examination.description().classifier)
    let taken = PixelSize(width: 28, height: 28)
    #expect(classifier.sizes == [taken])
    let other = try PreparationChoice(probe, classifier, found: named(refused), photographs: nil).chosen()
    #expect(other.size == taken && other.sizeReason == .assumed)
    #expect(try Preprocessor(steps: other.steps.value, channels: .rgb).outputSize == taken)
    #expect(other.doubts.map(\.source) == ["config.json"] && other.doubts[0].value.contains("32×32"))
    let same = try PreparationChoice(probe, classifier, found: named(taken), photographs: nil).chosen()
    #expect(same.size == taken && same.sizeReason == .found("config.json") && same.doubts.isEmpty)
  }

  @Test func aFolderWithoutPicturesIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.file("a.txt", "no picture")
    let error = #expect(throws: SluiceError.self) {
      try TrialPhotographs([RawPath(folder.path)], count: 3) { _ in nil }
    }
    #expect(error?.code == .emptyInput)
  }

  @Test(
    "the filter of each model is one that can be read, and says what was chosen",
    arguments: [
      "channels-last.onnx", "four-axes.onnx", "gray.onnx", "sigmoid.onnx", "squeezed.onnx", "quantised.tflite",
      "open-size.onnx", "nameless.xml", "several-names.xml", "long-name.onnx", "viewed.onnx", "half-open.onnx",
      "rounded-softmax.onnx",
    ])
  func filters(model: String) async throws {
    let path = Repository.file("Tests/ModelSetupTests/Fixtures/\(model)")
    let environment = ProcessInfo.processInfo.environment
    let probe = try ModelProbe(path: path, environment: environment)
    let classifier = try #require(try ModelExamination(probe).description().classifier)
    let found = ModelSurroundings(modelPath: path).preparation(size: classifier.input.fixedSize)
    let chosen = try PreparationChoice(probe, classifier, found: found, photographs: nil).chosen()
    let planned = PlannedModel(
      path: path, fileName: model, description: classifier, preparation: chosen,
      outputQuantisation: found.outputQuantisation?.value)
    for second in [nil, planned] {
      var plan = FilterPlan(name: "a \"name\"", classifier: planned, budget: 0.05, calibrationPath: "c.json")
      plan.secondModel = second
      try plan.check()
      let folder = try TemporaryFolder()
      let file = try FilterFile(path: try folder.file("filter.yaml", try plan.text()), variables: [:])
      #expect(file.definition.name == "a \"name\"")
      #expect(file.definition.form == classifier.input.form(chosen.size, order: chosen.order.value))
      #expect(file.definition.models.count == (second == nil ? 0 : 1))
      let settings = try #require(file.definition.classifier).openVINO
      let opened = try OpenVINOClassifier(settings, form: file.definition.form, environment: environment)
      try opened.prepare(batch: 1)
      #expect(opened.classCount == classifier.output.classCount)
    }
  }

  @Test func independentProbabilitiesAreRefused() {
    let error = #expect(throws: SluiceError.self) { try OutputKind.independent.scoreKind(model: "m") }
    #expect(error?.remedy?.contains("logits") == true)
  }
}
