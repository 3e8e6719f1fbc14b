import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Attacking the sample filter, as users do.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct AttackCommandTests {
  private static let images = Repository.file("Samples/signs/clean/test")

  private func attack(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell(
      "cd '\(folder.path)' && \"$SLUICE\" attack -f '\(Filters.signs)' --images '\(Self.images)' \(arguments)")
  }

  private func record(_ path: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(try Repository.bytes(path))) as? [String: Any])
  }

  @Test("nothing to attack ends the run; so does an output among the images")
  func nothingAndOneself() throws {
    let folder = try TemporaryFolder()
    let run = { (output: String) in
      try SluiceCommand.shell(
        "cd '\(folder.path)' && mkdir -p empty && \"$SLUICE\" attack -f '\(Filters.signs)' --images empty --attack square "
          + "--queries 5 -o \(output)")
    }
    let nothing = try run("out")
    #expect(nothing.status == 2 && nothing.errors.contains("there is no image in empty"), "\(nothing.errors)")
    for output in ["empty/out", "./empty/out", "empty/../empty/deep/out", "empty"] {
      let among = try run(output)
      #expect(among.status == 2 && among.errors.contains("lies within the images"), "\(output): \(among.errors)")
    }
  }

  /// A folder with a sign, under a name that is right and one that is not.
  private func signs() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let stop = try Repository.bytes("\(Self.images)/000_stop.png")
    for name in ["0__right.png", "3__wrong.png"] { try folder.file(name, stop) }
    return folder
  }

  @Test("a path that cannot be opened, and pictures of which none is attacked, end with status 2 and leave no record")
  func nothingAttacked() throws {
    let folder = try signs()
    func attack(_ arguments: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && \"$SLUICE\" attack -f '\(Filters.signs)' -o out --queries 3 \(arguments)")
    }
    let missing = try attack("--attack square --images 0__right.png absent.png")
    #expect(missing.status == 2 && missing.errors.contains("absent.png: No such file"), "\(missing.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
    let wrong = try attack("--attack square --images 3__wrong.png --html page.html")
    #expect(wrong.status == 2 && wrong.errors.contains("1 were passed over; most often: the classifier is wrong"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/page.html"))
    // Another attack may go into the same folder.
    let corrected = try attack("--attack noise --images 0__right.png")
    #expect(corrected.status == 0 && corrected.outputText.contains("of 1"), "\(corrected.errors)")
  }

  @Test("what can be read only once is refused where the attack reads it twice, and attacked elsewhere")
  func readOnce() throws {
    let folder = try signs()
    func attack(_ name: String, _ images: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && \"$SLUICE\" attack -f '\(Filters.signs)' -o \(name) --queries 3 --attack \(name) "
          + images)
    }
    let right = "0__right.png"
    for images in [
      "--images - < \(right)", "--images /dev/stdin < \(right)", "--images <(cat \(right))",
      "--images \(right) - < \(right)",
    ] {
      let refused = try attack("hopskipjump", images)
      #expect(refused.status == 2 && refused.errors.contains("reads the pictures twice"), "\(refused.errors)")
    }
    let piped = try attack("noise", "--images <(cat 0__right.png)")
    #expect(piped.status == 0 && piped.outputText.contains("of 1"), "\(piped.errors)")
    #expect(try attack("hopskipjump", "--images 0__right.png").status == 0)
  }

  @Test("a page that cannot be written costs neither the record nor the table, and one without a folder no work")
  func pages() throws {
    let folder = try signs()
    func attack(_ name: String, _ html: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && \"$SLUICE\" attack -f '\(Filters.signs)' -o \(name) --queries 3 --attack noise "
          + "--images 0__right.png --html \(html)")
    }
    let nowhere = try attack("out", "none/page.html")
    #expect(nowhere.status == 2 && nowhere.errors.contains("there is no folder none"), "\(nowhere.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out").isEmpty)
    let full = try attack("out", "/dev/full")
    #expect(full.status == 2 && full.outputText.contains("of 1"), "\(full.errors)")
    #expect(try record("\(folder.path)/out/attack.json")["images"] != nil)
    let shown = try attack("shown", "-")
    #expect(shown.status == 0 && shown.outputText.hasPrefix("<!"), "\(shown.errors)")
    #expect(try attack("inside", "inside/page.html").status == 0)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/-"))
  }

  @Test("an attack leaves pictures, a record and a page; what it saved is what it says")
  func wholeWay() throws {
    let folder = try TemporaryFolder()
    let result = try attack(
      folder, "--attack simba --set epsilon=20 --queries 200 --count 6 -o out/simba --html page.html --workers 2")
    #expect(result.status == 0 && result.outputText.contains("succeeded"))
    // No progress where nobody watches.
    #expect(result.errors.isEmpty)
    let record = try record("\(folder.path)/out/simba/attack.json")
    let images = try #require(record["images"] as? [[String: Any]])
    let succeeded = images.filter { $0["outcome"] as? String == "succeeded" }
    #expect(images.count == 6 && !succeeded.isEmpty)
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out/simba")
    #expect(Set(files) == Set(succeeded.compactMap { ($0["name"] as? String).map { $0 + ".png" } } + ["attack.json"]))
    #expect(
      String(decoding: try Repository.bytes("\(folder.path)/page.html"), as: UTF8.self).contains("Success against"))
    let script = "cd '\(folder.path)/out/simba' && $SLUICE filter -f '\(Filters.signs)' --format none *.png"
    let verdicts = try SluiceCommand.shell(script).verdicts
    #expect(verdicts.count == succeeded.count)
    for verdict in verdicts {
      let source = try #require(verdict["source"] as? String)
      let image = try #require(succeeded.first { $0["name"] as? String == String(source.dropLast(4)) })
      #expect((verdict["prediction"] as? [String: Any])?["class"] as? Int == image["seenClass"] as? Int)
      #expect((verdict["action"] as? String == "flagged") == (image["flagged"] as? Bool))
    }
  }

  @Test("the same seed gives the same pictures; a finished attack is not overwritten")
  func repetition() throws {
    let folder = try TemporaryFolder()
    let arguments = "--attack contrast --queries 60 --count 3"
    #expect(try attack(folder, arguments + " -o a --workers 1").status == 0)
    #expect(try attack(folder, arguments + " -o b --workers 3").status == 0)
    #expect(try SluiceCommand.shell("diff -r '\(folder.path)/a' '\(folder.path)/b'").status == 0)
    let again = try attack(folder, arguments + " -o a")
    #expect(again.status == 2 && again.errors.contains("finished attack"))
  }

  @Test(
    "what is not permitted is refused before anything is written",
    arguments: [
      "--attack none", "--attack square --queries 0", "--attack square --queries 1000001", "--attack square --count 0",
      "--attack square --save-as gif", "--attack square --save-as jpeg:0", "--attack square --target x",
      "--attack square --target 12", "--attack square --set epsilon=0", "--attack square --set nothing=1",
      "--attack simba --sees labels", "--attack square --goal nobody", "--attack square --sees everything",
    ])
  func refused(_ arguments: String) throws {
    let folder = try TemporaryFolder()
    let result = try attack(folder, arguments + " -o out")
    #expect(result.status == 2 && !result.errors.isEmpty && !result.errors.contains("Fatal"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out/attack.json"))
  }

  @Test("the script for tables of attacks has a row for each, and attacks nothing twice")
  func tables() throws {
    let folder = try TemporaryFolder()
    let script = Repository.file("Sources/Benchmarks/attacks.sh")
    func table(_ options: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && SLUICE_PROGRAM=\"$SLUICE\" '\(script)' '\(Filters.signs)' '\(Self.images)' out --images 3 "
          + "--queries 20 --only \(options)")
    }
    let one = try table("noise-classifier")
    #expect(one.status == 0 && one.outputText.contains("| `noise` 64/255 | classifier | labels | 3 |"), "\(one.errors)")
    func written() throws -> Date? {
      let record = "\(folder.path)/out/noise-classifier-labels/attack.json"
      return try FileManager.default.attributesOfItem(atPath: record)[.modificationDate] as? Date
    }
    let before = try #require(try written())
    let both = try table("noise")
    #expect(both.status == 0 && both.outputText.contains("| `noise` 64/255 | filter | labels | 3 |"), "\(both.errors)")
    #expect(try written() == before)
    let other = try table("noise --queries 10")
    #expect(other.status == 1 && other.errors.contains("name another OUTPUT"), "\(other.errors)")
    #expect(try table("noise --images 0").status == 2)
  }

  @Test("the script for tables of attacks takes no figures of another filter, or of other pictures")
  func foreignTables() throws {
    let folder = try TemporaryFolder()
    let script = Repository.file("Sources/Benchmarks/attacks.sh")
    let filter = String(decoding: try Repository.bytes(Filters.signs), as: UTF8.self)
      .replacing("../Samples", with: Repository.file("Samples"))
    try folder.file("signs.yaml", filter)
    for (name, sign) in [("a", "000_stop"), ("b", "003_speed-30")] {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      try folder.file("\(name)/sign.png", try Repository.bytes("\(Self.images)/\(sign).png"))
    }
    func table(_ pictures: String = "a", _ options: String = "") throws -> SluiceCommand.Result {
      try SluiceCommand.shell(
        "cd '\(folder.path)' && SLUICE_PROGRAM=\"$SLUICE\" '\(script)' signs.yaml \(pictures) out --queries 5 "
          + "--only noise-classifier \(options)")
    }
    for _ in 0..<2 { #expect(try table().status == 0) }
    for (pictures, options) in [("b", ""), ("a", "--define A=1")] {
      let other = try table(pictures, options)
      #expect(other.status == 1 && other.errors.contains("name another OUTPUT"), "\(other.errors)")
    }
    try folder.file("signs.yaml", filter.replacing("threshold: 0.000616", with: "threshold: 0.0007"))
    let changed = try table()
    #expect(changed.status == 1 && changed.errors.contains("name another OUTPUT"), "\(changed.errors)")
  }

  @Test("help teaches with examples, and lists every attack and setting")
  func help() throws {
    let text = try SluiceCommand.run(["attack", "--help"]).outputText
    for part in ["sluice attack -f filter.yaml", "hopskipjump", "square-l2", "epsilon=8", "--at-most-passing"] {
      #expect(text.contains(part), "\(part)")
    }
  }
}

/// The release gate, on a filter that needs no engine.
@Suite struct ReleaseGateTests {
  private static let filter = """
    version: 1
    name: noise
    preprocess: [{resize: {width: 32, height: 32}}]
    tensor: {layout: nchw, type: float32}
    detectors: [{chromaResidual: {region: whole}}]
    decision: {falsePositiveBudget: 0.1, calibration: noise.calibration.json}
    """

  private static func picture(_ seed: Int, strength: Int) throws -> [UInt8] {
    var random = RepeatableRandom(seed: UInt64(seed))
    let samples = (0..<32 * 32 * 3).map { index in
      UInt8(90 + index / 3 % 32 + Int.random(in: -strength...strength, using: &random))
    }
    return try PixelImage(samples, width: 32, height: 32, channels: .rgb).encodedAsPNG()
  }

  @Test("of the pictures that an attack was tried on, failures count as protected")
  func gate() throws {
    let folder = try TemporaryFolder()
    try folder.file("noise.yaml", Self.filter)
    for name in ["clean", "attacks/quiet", "attacks/loud"] {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    for index in 0..<40 { try folder.file("clean/\(index).png", Self.picture(index, strength: 3 + index % 4)) }
    // What is as noisy as clean pictures passes, and what is louder is flagged; the quiet attack failed on six more.
    let names = (0..<4).map { "a\($0)" }
    for (index, name) in names.enumerated() {
      try folder.file("attacks/quiet/\(name).png", Self.picture(100 + index, strength: 4))
      try folder.file("attacks/loud/\(name).png", Self.picture(200 + index, strength: 40))
    }
    let rows = (0..<10).map { "{\"name\":\"a\($0)\",\"outcome\":\"\($0 < 4 ? "succeeded" : "failed")\"}" }
    try folder.file("attacks/quiet/attack.json", "{\"images\":[\(rows.joined(separator: ","))]}")
    func sluice(_ arguments: String) throws -> SluiceCommand.Result {
      try SluiceCommand.shell("cd '\(folder.path)' && \"$SLUICE\" \(arguments)")
    }
    #expect(try sluice("calibrate -f noise.yaml --clean clean --augment none").status == 0)
    let evaluate = "evaluate -f noise.yaml --clean clean --adversarial attacks"
    let permitted = try sluice(evaluate + " --at-most-passing 0.4 --json e.json")
    #expect(permitted.status == 0)
    #expect(permitted.outputText.contains("at least one of them"))
    let refused = try sluice(evaluate + " --at-most-passing 0.3")
    #expect(
      refused.status == 1 && refused.errors.contains("4 of 10 pass with quiet") && !refused.errors.contains("loud"))
    #expect(try sluice(evaluate + " --at-most-passing 0.4 --attack-goal classifier").status == 1)
    for bad in ["--at-most-passing 1.1", "--at-most-passing -1", "--at-most-passing nan", "--attack-goal other"] {
      #expect(try sluice(evaluate + " " + bad).status == 2, "\(bad)")
    }
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(try Repository.bytes("\(folder.path)/e.json"))) as? [String: Any])
    let filtered = (json["protected"] as? [String: Any])?["filter"] as? [String: Any]
    #expect(filtered?["count"] as? Int == 6 && filtered?["total"] as? Int == 10)
  }
}
