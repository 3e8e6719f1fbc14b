import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// From a model file to a filter, as users do it.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct InitCommandTests {
  private static func fixture(_ name: String) -> String { Repository.file("Tests/ModelSetupTests/Fixtures/\(name)") }

  /// Pictures whose brightest channel is their class, which begins their names.
  private static func photographs(_ count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<count {
      let channel = index % 3
      let samples = (0..<24 * 16 * 3).map { place in
        UInt8(place % 3 == channel ? 180 + index % 40 + place % 7 : 40 + (index * 7 + place) % 30)
      }
      try folder.file(
        "\(channel)_\(index).png", PixelImage(samples, width: 24, height: 16, channels: .rgb).encodedAsPNG())
    }
    return folder
  }

  @Test func modelSaysWhatItIs() throws {
    let text = try SluiceCommand.run(["model", Self.fixture("channels-last.onnx")])
    #expect(text.status == 0)
    #expect(text.outputText.contains("logits of 3 classes"))
    let json = try SluiceCommand.run(["model", Self.fixture("channels-last.onnx"), "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any]
    #expect((object?["classifier"] as? [String: Any])?["layout"] as? String == "nhwc")
  }

  @Test func anotherKindOfModelIsRefusedWithAWord() throws {
    let described = try SluiceCommand.run(["model", Self.fixture("detection.onnx")])
    #expect(described.status == 1)
    #expect(described.outputText.contains("detection"))
    let folder = try TemporaryFolder()
    let refused = try SluiceCommand.run(["init", Self.fixture("detection.onnx"), "-o", "\(folder.path)/f.yaml"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("detection"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/f.yaml"))
  }

  @Test("a folder of attacks that is not there is named before anything is tried or written")
  func missingAttacks() throws {
    let photographs = try Self.photographs(60)
    let filter = "\(photographs.path)/f.yaml"
    let refused = try SluiceCommand.run([
      "init", Self.fixture("channels-last.onnx"), "--photos", photographs.path, "-o", filter, "--fpr", "0.1",
      "--attacks", "\(photographs.path)/nowhere",
    ])
    #expect(refused.status == 2 && refused.errors.contains("nowhere is not a folder"), "\(refused.errors)")
    #expect(!refused.errors.contains("goes on from there") && !FileManager.default.fileExists(atPath: filter))
  }

  @Test(
    "a model that `init` refuses is one that `model` refuses", arguments: ["independent", "transposed", "two-heads"])
  func modelRefusesWhatInitRefuses(name: String) throws {
    let described = try SluiceCommand.run(["model", Self.fixture("\(name).onnx")])
    #expect(described.status == 1 && described.outputText.contains("refused"))
    let folder = try TemporaryFolder()
    let refused = try SluiceCommand.run(["init", Self.fixture("\(name).onnx"), "-o", "\(folder.path)/f.yaml"])
    #expect(refused.status == 2 && refused.errors.hasPrefix("sluice: the model "))
  }

  private static func make(_ filter: String, from photographs: TemporaryFolder) throws -> SluiceCommand.Result {
    let made = try SluiceCommand.run([
      "init", fixture("channels-last.onnx"), "--photos", photographs.path, "-o", filter, "--fpr", "0.1",
    ])
    #expect(made.status == 0, "\(made.errors)")
    return made
  }

  @Test func aFilterIsMadeCalibratedAndUsed() throws {
    let photographs = try Self.photographs(60)
    let folder = try TemporaryFolder()
    let filter = "\(folder.path)/colours.yaml"
    let made = try Self.make(filter, from: photographs)
    #expect(made.outputText.contains("keeps") && made.outputText.contains("costs"))
    #expect(made.outputText.contains("lacks    photographs: 350 suffice"), "\(made.outputText)")
    #expect(made.errors.contains("accuracy"), "labels in file names are used")
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/colours.calibration.json"))
    #expect(try Self.written(made) == Self.files(in: folder))
    let judged = try SluiceCommand.run([
      "filter", "-f", filter, "--verdicts", "-", "-o", "/dev/null", "\(photographs.path)/0_0.png",
    ])
    #expect(judged.verdicts.first?["verdict"] as? String == "clean", "\(judged.errors)")
  }

  /// The files that the summary says were written.
  private static func written(_ made: SluiceCommand.Result) throws -> [String] {
    let line = try #require(made.outputText.split(separator: "\n").first { $0.hasPrefix("written  ") })
    return line.dropFirst("written  ".count).components(separatedBy: ", ").sorted()
  }

  private static func files(in folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).map { "\(folder.path)/\($0)" }.sorted()
  }

  @Test("all files that were written are named, with their labels, also where nothing is calibrated")
  func writtenFiles() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    let made = try SluiceCommand.run([
      "init", Self.fixture("channels-last.onnx"), "--labels", other.file("labels.txt", "red\ngreen\nblue\n"),
      "-o", "\(folder.path)/f.yaml",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let written = try Self.written(made)
    #expect(try written == Self.files(in: folder))
    #expect(written == ["\(folder.path)/f.labels.txt", "\(folder.path)/f.yaml"])
  }

  @Test(
    "a file that holds no labels is warned of only while nothing else names the classes",
    arguments: [("red\ngreen\nblue\n", false, false), ("cat\ndog\n", false, true), ("cat\ndog\n", true, false)])
  func unreadableLabels(beside: String, areGiven: Bool, isWarned: Bool) throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.file("labels.txt", beside)
    try folder.file("classes.json", #"{"a": 1, "b": 2}"#)
    let model = try folder.file("m.onnx", Repository.bytes(Self.fixture("channels-last.onnx")))
    let labels = areGiven ? ["--labels", try other.file("own.txt", "red\ngreen\nblue\n")] : []
    let made = try SluiceCommand.run(["init", model, "-o", "\(folder.path)/f.yaml"] + labels)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.errors.contains("classes.json: it holds JSON") == isWarned, "\(made.errors)")
  }

  @Test("what the calibration of a new filter lacks for the published comparison is said")
  func comparisonThatIsLeftOut() throws {
    let photographs = try Self.photographs(60)
    let folder = try TemporaryFolder()
    let filter = "\(folder.path)/colours.yaml"
    _ = try Self.make(filter, from: photographs)
    let note = "the calibration has no scores of it"
    let evaluate = ["evaluate", "-f", filter, "--clean", photographs.path]
    #expect(try SluiceCommand.run(evaluate).outputText.contains(note))
    #expect(try !SluiceCommand.run(evaluate + ["--no-baseline"]).outputText.contains(note))
    let calibrated = try SluiceCommand.run(["calibrate", "-f", filter, "--clean", photographs.path])
    #expect(calibrated.status == 0 && calibrated.outputText.contains("With 350, it is compared with those of which"))
    let compared = try SluiceCommand.run(evaluate).outputText
    #expect(compared.contains("published feature squeezing") && !compared.contains(note), "\(compared)")
  }

  @Test(
    "one logit that noise leaves within [0, 1] is told from a probability by photographs; without any, both are named")
  func oneLogit() throws {
    let model = Self.fixture("unit-logit.onnx")
    let described = try SluiceCommand.run(["model", model])
    #expect(described.outputText.contains("by one probability, or one logit: nothing outside [0, 1] was seen"))
    #expect(described.outputText.contains("the logit before the sigmoid, where the model can give it, is exact"))
    let photographs = try Self.photographs(60)
    let folder = try TemporaryFolder()
    let made = try SluiceCommand.run([
      "init", model, "--photos", photographs.path, "-o", "\(folder.path)/f.yaml", "--fpr", "0.1",
    ])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.errors.contains("2 classes by one logit\n"), "\(made.errors)")
    let filter = String(decoding: try Repository.bytes("\(folder.path)/f.yaml"), as: UTF8.self)
    #expect(filter.contains("scores: oneLogit"))
  }

  @Test("no calibration is made of the images that a model did not fail on, where they are the fewer")
  func biasedSample() throws {
    let photographs = try Self.photographs(30)
    let folder = try TemporaryFolder()
    let filter = try folder.file(
      "f.yaml",
      """
      version: 1
      name: f
      preprocess: [{resize: {width: 32, height: 32}}]
      normalize: {mean: [0, 0, 0], std: [1, 1, 1]}
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {model: "\(Self.fixture("unit-logit.onnx"))", scores: oneProbability}}
      detectors: [{stripeNoise: {}}]
      decision: {falsePositiveBudget: 0.2, calibration: f.calibration.json}
      """)
    let refused = try SluiceCommand.run(["calibrate", "-f", filter, "--clean", photographs.path, "--augment", "none"])
    #expect(refused.status == 2 && refused.output.isEmpty)
    let error = try #require(refused.errors.split(separator: "\n").last)
    #expect(error.hasPrefix("sluice: a model failed on ") && error.contains("of 30 clean images"), "\(refused.errors)")
    #expect(error.contains("declare `scores: oneLogit`"))
    #expect(try Self.files(in: folder) == [filter])
  }

  @Test func filesAreReplacedOnlyWhereThatIsSaid() throws {
    let folder = try TemporaryFolder()
    let filter = try folder.file("kept.yaml", "mine")
    let arguments = ["init", Self.fixture("channels-last.onnx"), "-o", filter]
    let refused = try SluiceCommand.run(arguments)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("--force"))
    #expect(try Repository.bytes(filter) == Array("mine".utf8))
    #expect(try SluiceCommand.run(arguments + ["--force"]).status == 0)
    #expect(try Repository.bytes(filter) != Array("mine".utf8))
  }

  @Test func labelsThatDoNotFitAreNamed() throws {
    let folder = try TemporaryFolder()
    let labels = try folder.file("labels.txt", "one\ntwo\n")
    let refused = try SluiceCommand.run([
      "init", Self.fixture("channels-last.onnx"), "--labels", labels, "-o", "\(folder.path)/f.yaml",
    ])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("2 labels") && refused.errors.contains("3 classes"))
  }

  @Test func aFolderWithoutPhotographsIsNamed() throws {
    let folder = try TemporaryFolder()
    let empty = try TemporaryFolder()
    let arguments = ["init", Self.fixture("channels-last.onnx"), "-o", "\(folder.path)/f.yaml", "--photos", empty.path]
    let refused = try SluiceCommand.run(arguments)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("there are no files in \(empty.path)"), "\(refused.errors)")
    try empty.file("notes.txt", "no picture")
    #expect(try SluiceCommand.run(arguments).errors.contains("among the one file"))
  }

  @Test("a second model that says nothing, and photographs too few for the rate, are refused before anything is tried")
  func refusedAtOnce() throws {
    let (folder, photographs) = (try TemporaryFolder(), try Self.photographs(12))
    let arguments = [
      "init", Self.fixture("channels-last.onnx"), "--photos", photographs.path, "-o", "\(folder.path)/f.yaml", "--fpr",
    ]
    let other = try SluiceCommand.run(arguments + ["0.2", "--second-model", Self.fixture("thousand.onnx")])
    #expect(other.status == 2 && other.errors.contains("has 1000 classes, and the first 3"), "\(other.errors)")
    let copies = try TemporaryFolder()
    let copy = try copies.file("copy.onnx", Repository.bytes(Self.fixture("channels-last.onnx")))
    let same = try SluiceCommand.run(arguments + ["0.2", "--second-model", copy])
    #expect(same.status == 2 && same.errors.contains("copy.onnx is the same model as "), "\(same.errors)")
    #expect(same.errors.contains("a second opinion needs another one"))
    let few = try SluiceCommand.run(arguments + ["0.05"])
    #expect(few.status == 2 && few.errors.contains("0.05 needs at least 29 photographs; there are 12"), "\(few.errors)")
    #expect(few.errors.contains("a larger --fpr") && !few.errors.contains("falsePositiveBudget"))
    for refused in [other, same, few] { #expect(!refused.errors.contains("tried with")) }
    #expect(try Self.files(in: folder).isEmpty)
    #expect(try SluiceCommand.run(arguments + ["0.05", "--no-calibrate"]).status == 0)
  }

  @Test(
    "a second model whose labels are those of the first in another order is refused, and one of other labels is warned of",
    arguments: [
      ("Blue\nred, crimson\ngreen\n", "the same classes in another order: its class 0 is `Blue`"),
      ("red\nsquare\nround\n", "only 1 of 3 classes have the same name in both models"),
      ("Red\ngreen\nblue, azure\n", nil),
    ] as [(String, String?)])
  func labelsOfTheSecondModel(labels: String, words: String?) throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try other.file("labels.txt", labels)
    // The same with another producer, which no more than its bytes depend on.
    let bytes = try Repository.bytes(Self.fixture("channels-last.onnx")) + [0x12, 1, 0x78]
    let made = try SluiceCommand.run([
      "init", Self.fixture("channels-last.onnx"), "--labels", try folder.file("own.txt", "red\ngreen\nblue\n"),
      "--second-model", try other.file("second.onnx", bytes), "-o", "\(folder.path)/f.yaml",
    ])
    let isRefused = words?.contains("another order") == true
    #expect(made.status == (isRefused ? 2 : 0), "\(made.errors)")
    #expect(made.errors.contains(words ?? "in both models") == (words != nil), "\(made.errors)")
  }

  @Test("a model whose name begins with a hyphen has a filter that is calibrated, and that commands can name")
  func hyphen() throws {
    let (folder, photographs) = (try TemporaryFolder(), try Self.photographs(60))
    try folder.file("-x.onnx", Repository.bytes(Self.fixture("channels-last.onnx")))
    let made = try SluiceCommand.shell(
      "cd '\(folder.path)' && \"$SLUICE\" init ./-x.onnx --photos '\(photographs.path)' --fpr 0.1")
    #expect(made.status == 0, "\(made.errors)")
    let written = try Self.written(made)
    #expect(written.contains("./-x.yaml") && written.contains("./-x.calibration.json"), "\(written)")
    let judged = try SluiceCommand.shell(
      "cd '\(folder.path)' && \"$SLUICE\" filter -f ./-x.yaml -o /dev/null '\(photographs.path)/0_0.png'")
    #expect(judged.status == 0, "\(judged.errors)")
  }

  @Test("what was assumed is to be found out, and calibrated only if it is right")
  func assumed() throws {
    let (folder, photographs) = (try TemporaryFolder(), try Self.photographs(12))
    let (model, filter) = (Self.fixture("channels-last.onnx"), "\(folder.path)/f.yaml")
    func written(_ arguments: String...) throws -> String {
      let made = try SluiceCommand.run(["init", model, "-o", filter, "--force"] + arguments)
      #expect(made.status == 0, "\(made.errors)")
      return made.outputText
    }
    let guess = try written("--fpr", "0.1", "--portable")
    let trying = "  sluice init \(model) --fpr 0.1 --portable --photos PHOTOS -o \(filter) --force\n"
    let place = try #require(guess.range(of: trying), "\(guess)")
    let condition = "If the lines above are right:\n\n  sluice calibrate -f \(filter) --clean PHOTOS\n"
    #expect(guess[place.upperBound...].contains(condition), "\(guess)")
    let tried = try written("--no-calibrate", "--photos", photographs.path)
    #expect(!tried.contains("sluice init") && tried.contains("sluice calibrate -f \(filter)"), "\(tried)")
  }

  @Test("what is printed to go on with is taken by a shell, whatever paths are called")
  func printedCommands() throws {
    let folder = try TemporaryFolder()
    let named = "\(folder.path)/it's my model"
    try FileManager.default.createDirectory(atPath: named, withIntermediateDirectories: true)
    let made = try SluiceCommand.run(["init", Self.fixture("channels-last.onnx"), "-o", "\(named)/f x.yaml"])
    #expect(made.status == 0, "\(made.errors)")
    let command = try #require(made.outputText.split(separator: "\n").last { $0.contains("sluice calibrate") })
    let words = try SluiceCommand.shell("sluice() { printf '%s\\n' \"$@\"; }; \(command)")
    #expect(words.outputText == "calibrate\n-f\n\(named)/f x.yaml\n--clean\nPHOTOS\n", "\(words.outputText)")
  }

  @Test("a model behind the photographs was taken for one of them, which is said")
  func modelBehindPhotographs() throws {
    let refused = try SluiceCommand.run(["init", "--photos", "photos/", Self.fixture("channels-last.onnx")])
    #expect(refused.status == 2 && refused.errors.contains("It stands before --photos and"), "\(refused.errors)")
    let help = try SluiceCommand.run(["model", "--help"])
    #expect(help.status == 0 && !help.outputText.contains("--photos"), "it takes none")
  }

  @Test("a model whose name is no text is said to be so", arguments: ["model", "init"])
  func modelNames(command: String) throws {
    let folder = try TemporaryFolder()
    try folder.file("m.onnx", Repository.bytes(Self.fixture("channels-last.onnx")))
    let refused = try SluiceCommand.shell(
      "cd '\(folder.path)' && cp m.onnx $'m\\xff.onnx' && \"$SLUICE\" \(command) $'m\\xff.onnx'")
    #expect(refused.status == 2 && refused.errors.contains("the name is not UTF-8"), "\(refused.errors)")
  }

  @Test("where calibrating fails, it is said that the filter is written, and what goes on")
  func calibratingFails() throws {
    let (folder, photographs) = (try TemporaryFolder(), try Self.photographs(6))
    for number in 0..<12 {
      let whole = try Repository.bytes("\(photographs.path)/0_0.png")
      try photographs.file("0_broken-\(number).png", Array(whole.prefix(40)))
    }
    let filter = "\(folder.path)/f.yaml"
    let refused = try SluiceCommand.run([
      "init", Self.fixture("channels-last.onnx"), "--photos", photographs.path, "-o", filter, "--fpr", "0.1",
    ])
    #expect(refused.status == 2 && refused.errors.contains("needs at least 9 clean images"), "\(refused.errors)")
    #expect(refused.errors.contains("\(filter) is written, and `sluice calibrate -f \(filter) --clean "))
    #expect(FileManager.default.fileExists(atPath: filter))
  }

  @Test("a model of another program is refused in one line, with how to convert it", arguments: ["init", "model"])
  func otherProgram(command: String) throws {
    let folder = try TemporaryFolder()
    let model = try folder.file("m.keras", "PK")
    let refused = try SluiceCommand.run([command, model])
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
    #expect(refused.errors.contains("Keras") && refused.errors.contains("ovc"))
  }

  /// Names of a thousand classes.
  enum ThousandNames: Sendable {
    case installed
    /// The first half is that of the installed ones, written otherwise.
    case halfInstalled
    case reversed

    var names: [String] {
      let installed = (0..<1000).map { "thing \($0)" }
      switch self {
      case .installed: return installed
      case .halfInstalled:
        return installed.prefix(500).map { $0.uppercased() + ", object" } + (500..<1000).map { "other \($0)" }
      case .reversed: return installed.reversed()
      }
    }

    var text: String { names.joined(separator: "\n") + "\n" }
  }

  private static let condition = "if your model's classes are ImageNet's, in the usual order"

  @Test(
    "the installed classifier of photographs is offered for a second opinion on the same classes, and on as many with a condition",
    arguments: [
      ("thousand.onnx", nil, condition),
      ("thousand.onnx", .halfInstalled, "of the same classes"), ("thousand.onnx", .reversed, nil),
      ("channels-last.onnx", nil, nil),
    ] as [(String, ThousandNames?, String?)])
  func secondOpinion(model: String, labels: ThousandNames?, words: String?) throws {
    let folder = try TemporaryFolder()
    let data = try TemporaryFolder()
    // It only has to be there: nothing opens it.
    try FileManager.default.createDirectory(atPath: "\(data.path)/imagenet", withIntermediateDirectories: true)
    let installed = try data.file("imagenet/efficientnet-lite0.xml", "<net/>")
    try data.file("imagenet/labels.txt", ThousandNames.installed.text)
    let environment = ProcessInfo.processInfo.environment
    let engine = environment["SLUICE_OPENVINO"] ?? "\(Requirements.dataFolder)/openvino/openvino/libs"
    let photographs = try Self.photographs(40)
    let named = try labels.map { ["--labels", try data.file("own.txt", $0.text)] } ?? []
    let made = try SluiceCommand.run(
      [
        "init", Self.fixture(model), "--photos", photographs.path, "-o", "\(folder.path)/f.yaml", "--fpr", "0.1",
      ] + named, environment: ["SLUICE_DATA": data.path, "SLUICE_OPENVINO": engine])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.outputText.contains("--second-model \(installed)") == (words != nil), "\(made.outputText)")
    if let words { #expect(made.outputText.contains("    \(words): the best"), "\(made.outputText)") }
  }

  /// Sample photographs of road signs, whose names begin with their class.
  private static func signs(_ arguments: [String], in folder: TemporaryFolder) throws -> SluiceCommand.Result {
    let signs = Repository.file("Samples/signs")
    let made = try SluiceCommand.run(
      [
        "init", "\(signs)/model.onnx", "--photos", "\(signs)/clean/calibrate", "--labels", "\(signs)/labels.txt",
        "-o", "\(folder.path)/f.yaml",
      ] + arguments)
    #expect(made.status == 0, "\(made.errors)")
    return made
  }

  @Test("witnesses are asked in the arithmetic that was measured, and --portable leaves them in single precision")
  func arithmetic() throws {
    let folder = try TemporaryFolder()
    let made = try Self.signs([], in: folder)
    let taken = try #require(made.errors.split(separator: "\n").first { $0.hasPrefix("witnesses ask model.onnx in ") })
    let arithmetic = try #require(taken.split(whereSeparator: { " :".contains($0) }).dropFirst(4).first)
    #expect(arithmetic == "f32" || taken.contains("\(arithmetic) sees the class of f32 on"))
    let filter = String(decoding: try Repository.bytes("\(folder.path)/f.yaml"), as: UTF8.self)
    let precision = ["int8": "int8", "bf16": "auto"][arithmetic]
    #expect(filter.contains("witnessPrecision:") == (precision != nil))
    if let precision { #expect(filter.contains("witnessPrecision: \(precision)")) }
    #expect(try Self.written(made) == Self.files(in: folder))
    let hasRanges = FileManager.default.fileExists(atPath: "\(folder.path)/f.ranges.json")
    #expect(hasRanges == (precision == "int8") && filter.contains("activationRanges") == hasRanges)
    let portable = try Self.signs(["--portable", "--force"], in: folder)
    #expect(!portable.errors.contains("witnesses ask"))
    let exact = String(decoding: try Repository.bytes("\(folder.path)/f.yaml"), as: UTF8.self)
    #expect(!exact.contains("recision:") && !exact.contains("activationRanges"))
  }

  @Test("attacks beside a second model say where clean images may leave, and too few of them say so")
  func exits() throws {
    let folder = try TemporaryFolder()
    let attacks = ["--attacks", Repository.file("Samples/signs/adversarial")]
    // The same with another producer, which no more than its bytes depend on.
    let other = try TemporaryFolder()
    let bytes = try Repository.bytes(Repository.file("Samples/signs/model.onnx")) + [0x12, 1, 0x78]
    let second = ["--second-model", try other.file("second.onnx", bytes)]
    let made = try Self.signs(attacks + second, in: folder)
    let filter = String(decoding: try Repository.bytes("\(folder.path)/f.yaml"), as: UTF8.self)
    #expect(filter.contains("earlyExit: {lostDetections: 0.01"))
    #expect(made.outputText.contains("exits    "), "\(made.outputText)")
    #expect(filter.contains("--clean PHOTOS --adversarial ATTACKS --weights filter"))
    let later = try Self.signs(attacks + second + ["--force", "--no-calibrate"], in: folder)
    #expect(later.outputText.contains("--adversarial \(attacks[1]) --weights filter"), "\(later.outputText)")
    let alone = try Self.signs(attacks + ["--force"], in: folder)
    #expect(!alone.outputText.contains("exits    "))
    #expect(!String(decoding: try Repository.bytes("\(folder.path)/f.yaml"), as: UTF8.self).contains("earlyExit"))
  }
}
