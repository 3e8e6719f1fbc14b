import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// A second model made of photographs, as users make one; with a small network in place of EfficientNet-Lite0.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct WitnessCommandTests {
  private static func fixture(_ name: String) -> String { Repository.file("Tests/ModelSetupTests/Fixtures/\(name)") }

  private static let engine: String = {
    let named = ProcessInfo.processInfo.environment["SLUICE_OPENVINO"] ?? ""
    return named.isEmpty ? "\(Requirements.dataFolder)/openvino" : named
  }()

  private let folder: TemporaryFolder
  private var filter: String { "\(folder.path)/colours.yaml" }
  private var hidden: String { "\(folder.path)/private.yaml" }

  init() throws {
    folder = try TemporaryFolder()
    for (name, count, first) in [("photos", 40, 0), ("others", 60, 1000), ("few", 5, 2000)] {
      let target = URL(filePath: "\(folder.path)/\(name)")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for index in first..<first + count {
        try Data(Self.photograph(index)).write(to: target.appending(path: "\(index).png"))
      }
    }
    let made = try run(["init", Self.fixture("channels-last.onnx"), "-o", filter])
    #expect(made.status == 0, "\(made.errors)")
  }

  /// A picture in which one channel is brightest.
  private static func photograph(_ index: Int) throws -> [UInt8] {
    let samples = (0..<24 * 16 * 3).map { (place: Int) -> UInt8 in
      let isBright = place % 3 == index % 3
      return UInt8(isBright ? 150 + index % 60 + place % 7 : 40 + (index * 7 + place) % 30)
    }
    return try PixelImage(samples, width: 24, height: 16, channels: .rgb).encodedAsPNG()
  }

  private func run(_ arguments: [String], data: String = fixture("network")) throws -> SluiceCommand.Result {
    try SluiceCommand.run(arguments, environment: ["SLUICE_DATA": data, "SLUICE_OPENVINO": Self.engine])
  }

  private func witness(_ more: [String] = [], photos: String = "photos", data: String = fixture("network")) throws
    -> SluiceCommand.Result
  {
    try run(["witness", "-f", filter, "--features", "64", "--photos", "\(folder.path)/\(photos)"] + more, data: data)
  }

  private func bytes(_ name: String) throws -> [UInt8] { try Repository.bytes("\(folder.path)/\(name)") }

  private func permissions(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")[.posixPermissions] as? Int
  }

  @Test("a filter gets a private witness, is calibrated and judges with it")
  func made() throws {
    let made = try witness(["-o", hidden, "--calibrate", "\(folder.path)/others"])
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.errors.isEmpty, "progress is shown on terminals alone")
    #expect(made.outputText.contains("agrees   with the classifier on "))
    #expect(try permissions("colours.witness.xml") == 0o600)
    #expect(try permissions("colours.witness.bin") == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains(".features-") })
    let judged = try run(["inspect", "-f", hidden, "\(folder.path)/others/1000.png", "--json"])
    #expect(judged.outputText.contains("witness-doubt"), "\(judged.errors)\(judged.outputText)")
  }

  @Test("without -o the lines to add are printed, and a filter that names the witness already is left as it is")
  func printed() throws {
    let made = try witness()
    #expect(made.status == 0, "\(made.errors)")
    for line in ["models:", "colours.witness.xml", "private: true", "groups: {"] {
      #expect(made.outputText.contains(line))
    }
    #expect(try witness(["-o", hidden, "--force"]).status == 0)
    for model in ["colours.witness.xml", "./colours.witness.xml"] {
      let again = try run([
        "witness", "-f", hidden, "--features", "64", "--photos", "\(folder.path)/photos", "--model",
        "\(folder.path)/\(model)", "--force",
      ])
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.outputText.contains("names it already"))
    }
  }

  @Test("a secret makes the same witness again, and another one another")
  func secrets() throws {
    #expect(try witness(["--secret", "\(folder.path)/one"]).status == 0)
    let (first, document) = (try bytes("colours.witness.bin"), try bytes("colours.witness.xml"))
    #expect(try permissions("one") == 0o600)
    #expect(try bytes("one").count == 32)
    #expect(try witness(["--secret", "\(folder.path)/one", "--force"]).status == 0)
    #expect(try bytes("colours.witness.bin") == first)
    #expect(try bytes("colours.witness.xml") == document)
    #expect(try witness(["--secret", "\(folder.path)/two", "--force"]).status == 0)
    #expect(try bytes("colours.witness.bin") != first)
    // None is named: a new one each time.
    #expect(try witness(["--force"]).status == 0)
    let third = try bytes("colours.witness.bin")
    #expect(try witness(["--force"]).status == 0)
    #expect(try bytes("colours.witness.bin") != third)
    _ = try folder.file("short", "secret")
    let short = try witness(["--secret", "\(folder.path)/short", "--force"])
    #expect(short.status == 2 && short.errors.contains("at least 16"))
  }

  @Test("what exists is replaced only where that is said")
  func replaces() throws {
    let kept = try folder.file("colours.witness.bin", "mine")
    let refused = try witness()
    #expect(refused.status == 2)
    #expect(refused.errors.contains("--force"))
    #expect(try Repository.bytes(kept) == Array("mine".utf8))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/colours.witness.xml"))
    let itself = try witness(["-o", filter, "--force"])
    #expect(itself.status == 2, "the filter that is read is not written to")
  }

  @Test(
    "a calibration of another filter in the place of the new one's is kept as other files are",
    arguments: [[], ["--calibrate", "others"]])
  func otherCalibration(more: [String]) throws {
    let kept = try folder.file("private.calibration.json", "of another filter")
    let refused = try witness(["-o", hidden] + more.map { $0 == "others" ? "\(folder.path)/others" : $0 })
    #expect(refused.status == 2 && refused.errors.contains("private.calibration.json exists"), "\(refused.errors)")
    #expect(try Repository.bytes(kept) == Array("of another filter".utf8))
    #expect(!FileManager.default.fileExists(atPath: hidden))
  }

  @Test("too few photographs, and files that are none, are named")
  func photographs() throws {
    let few = try witness(photos: "few")
    #expect(few.status == 2)
    #expect(few.errors.contains("at least 30 photographs, and there are 5") && few.errors.contains("250"))
    _ = try folder.file("photos/notes.txt", "no picture")
    let some = try witness()
    #expect(some.status == 1)
    #expect(some.errors.contains("notes.txt left out"))
    #expect(some.outputText.contains("from 40 photographs"))
  }

  @Test("a network that is not installed is an error that says how to install it")
  func notInstalled() throws {
    let missing = try witness(data: folder.path)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("Samples/install.sh --imagenet"))
  }

  @Test(
    "options that do not go together",
    arguments: [
      (["--calibrate", "x"], "-o"), (["--features", "3"], "64 to 1280"), (["--model", "w.onnx"], ".xml"),
      (["--features", "1280"], "96 features"), (["-o", "/tmp/elsewhere.yaml"], "folder"),
    ])
  func options(more: [String], says: String) throws {
    let refused = try witness(more)
    #expect(refused.status != 0 && refused.status != 1)
    #expect(refused.errors.contains(says), "\(refused.errors)")
  }

  @Test(
    "images that the witness learns from are not calibrated on, however they are named",
    arguments: ["photos", "photos/", "./photos/../photos", "linked", "photos/3.png", "more"])
  func learnedImages(named path: String) throws {
    _ = try SluiceCommand.shell(
      "cd '\(folder.path)' && ln -s photos linked && cp -r others more && ln -s ../photos/7.png more/7.png")
    let refused = try witness(["-o", hidden, "--calibrate", "\(folder.path)/\(path)"])
    #expect(refused.status == 2 && refused.errors.contains("is what the witness learns from"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: hidden))
  }

  @Test("a filter without a classifier has nothing to learn from")
  func noClassifier() throws {
    let bare = try folder.file("bare.yaml", Filters.decodeOnly)
    let refused = try run(["witness", "-f", bare, "--features", "64", "--photos", "\(folder.path)/photos"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("no classifier"))
  }
}
