import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct BadInputTests {
  private let folder: TemporaryFolder
  private let filter: String

  init() throws {
    folder = try TemporaryFolder()
    filter = try folder.file("decode-only.yaml", Filters.decodeOnly)
  }

  /// The verdict on one image from standard input.
  private func error(_ bytes: [UInt8]) throws -> (verdict: String?, code: String?, status: Int32) {
    let result = try SluiceCommand.run(["filter", "-f", filter, "--format", "none"], input: bytes)
    let verdict = result.verdicts.first
    return (
      verdict?["verdict"] as? String, (verdict?["error"] as? [String: Any])?["code"] as? String, result.status
    )
  }

  @Test func anEmptyStreamIsAnError() throws {
    let result = try SluiceCommand.run(["filter", "-f", filter, "--format", "none"])
    #expect(result.status == 2)
    #expect(result.verdicts.map { $0["verdict"] as? String } == ["failed"])
    #expect(result.outputText.contains("stdin is empty"))
  }

  @Test("a picture for which there is no memory costs that picture, not the run")
  func exhaustedMemory() throws {
    let black = PixelImage(size: PixelSize(width: 7000, height: 7000), channels: .rgb)
    let large = try folder.file("large.png", try black.encodedAsPNG())
    let small = try folder.file("small.png", try EncodedImages.png(width: 30, height: 30))
    // Room for the program and a small picture, and not for 147 MB of pixels besides.
    let result = try SluiceCommand.shell(
      "MALLOC_ARENA_MAX=1 prlimit --as=280000000 \(SluiceCommand.path) filter -f \(filter) --workers 1 --format none \(small) \(large) \(small)"
    )
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.verdicts.map { $0["action"] as? String } == ["forwarded", "failed", "forwarded"])
    #expect((result.verdicts.dropFirst().first?["error"] as? [String: Any])?["code"] as? String == "out-of-memory")
  }

  @Test func aRunWithoutAnyImageIsNotASuccess() throws {
    let zeros = try SluiceCommand.run(
      ["filter", "-f", filter, "--format", "none"], input: [UInt8](repeating: 0, count: 5000))
    #expect(zeros.status == 2)
    #expect(zeros.errors.contains("no image to judge"))
    let labels = TarArchives.archive([("a.cls", [0x37]), ("b.txt", [0x38])])
    let tar = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", "--summary"], input: labels)
    #expect(tar.status == 2)
    #expect(tar.errors.contains("2 members of archives that are not images"))
    let list = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", "--files-from", "-"])
    #expect(list.status == 2)
  }

  @Test func aForgottenNullIsExplained() throws {
    let zeros = Array("a.png\0b.png\0".utf8)
    let result = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", "--files-from", "-"], input: zeros)
    #expect(result.status == 2)
    #expect(result.outputText.contains("--null"))
  }

  @Test func oneFileIsNotUsedForTwoThings() throws {
    let image = try EncodedImages.png()
    let path = try folder.file("image.png", image)
    let overwriting = try SluiceCommand.run(["filter", "-f", filter, "-o", path, "--format", "npy", path])
    #expect(overwriting.status == 2)
    #expect(overwriting.errors.contains("two things at once"))
    #expect(try Repository.bytes(path) == image)
    let both = folder.path + "/both"
    #expect(try SluiceCommand.run(["filter", "-f", filter, "-o", both, "--verdicts", both, path]).status == 2)
  }

  @Test func aNamedPipeWithoutWriterCanBeInterrupted() throws {
    let script = """
      set -m
      mkfifo '\(folder.path)/fifo'
      $SLUICE filter -f '\(filter)' --format none '\(folder.path)/fifo' &
      # Until the command waits for a writer, or has ended.
      until ls -l /proc/$!/fd 2>/dev/null | grep -q '/fifo$' || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
      kill -INT %1
      wait %1
      echo $?
      """
    #expect(try SluiceCommand.shell(script).outputText == "130\n")
  }

  @Test func hostileImagesAreRejected() throws {
    let bomb = EncodedImages.pngDeclaring(width: 60_000, height: 60_000, data: [UInt8](repeating: 0, count: 1_000_000))
    #expect(try error(bomb) == ("rejected", "too-many-pixels", 1))
    #expect(try error(EncodedImages.jpegWithScans(10_000)) == ("rejected", "too-many-scans", 1))
    #expect(try error(EncodedImages.pngDeclaring(width: 0, height: 3)) == ("rejected", "empty-image", 1))
    #expect(try error(Array("no image at all".utf8)) == ("rejected", "not-an-image", 1))
    #expect(try error(Array(try EncodedImages.png().dropLast(20))) == ("rejected", "truncated-image", 1))
    var corrupt = try EncodedImages.png()
    corrupt[50] ^= 1
    #expect(try error(corrupt) == ("rejected", "corrupt-image", 1))
  }

  @Test func missingFilesAndFoldersFailWithoutStoppingTheRun() throws {
    let image = try folder.file("a.png", try EncodedImages.png())
    let result = try SluiceCommand.run(
      ["filter", "-f", filter, "--format", "none", "/nonexistent.png", folder.path, image, "/dev/null"])
    #expect(result.status == 2)
    #expect(result.verdicts.map { $0["verdict"] as? String } == ["failed", "failed", "clean", "rejected"])
    let errors = result.verdicts.map { ($0["error"] as? [String: Any])?["message"] as? String ?? "" }
    #expect(errors[0].contains("No such file"))
    #expect(errors[1].contains("is a folder"))
  }

  @Test func aTarCutShortKeepsWhatCameBefore() throws {
    let archive = TarArchives.archive([("a.png", try EncodedImages.png()), ("b.png", try EncodedImages.png())])
    let result = try SluiceCommand.run(["filter", "-f", filter, "--format", "none"], input: Array(archive[..<2700]))
    #expect(result.status == 2)
    #expect(result.verdicts.map { $0["verdict"] as? String } == ["clean", "rejected", "failed"])
    #expect(result.outputText.contains("the tar stream ends inside a member"))
    // What comes after it in the list is judged all the same.
    let cut = try folder.file("cut.tar", Array(archive[..<2700]))
    let image = try folder.file("a.png", try EncodedImages.png())
    let list = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", cut, image])
    #expect(list.verdicts.map { $0["verdict"] as? String } == ["clean", "rejected", "failed", "clean"])
  }

  @Test func aHostileFileNameStaysInsideItsLine() throws {
    let name = "evil\n\u{1B}[2J\"}.png"
    let path = try folder.file(name, try EncodedImages.png())
    let result = try SluiceCommand.run(["filter", "-f", filter, "--format", "none", path])
    #expect(result.outputText.split(separator: "\n").count == 1)
    #expect((result.verdicts.first?["source"] as? String)?.hasSuffix(name) == true)
    #expect(!result.outputText.contains("\u{1B}"))
    let report = try SluiceCommand.run(["inspect", "-f", filter, path])
    #expect(report.status == 0)
    #expect(!report.outputText.contains("\u{1B}[2J"))
  }

  @Test("a name that looks like an option, and one of many images, steer no terminal")
  func hostileNamesInMessages() throws {
    let option = try SluiceCommand.run(["filter", "-f", filter, "--\u{1B}[31mpty\u{202E}.png"])
    #expect(option.status == 2 && option.errors.contains("[31mpty"), "\(option.errors)")
    let image = try EncodedImages.png()
    let two = try folder.file("two\u{1B}[31m\u{202E}.tar", TarArchives.archive([("a.png", image), ("b.png", image)]))
    let inspected = try SluiceCommand.run(["inspect", "-f", filter, two])
    #expect(inspected.errors.contains("holds more than one image"))
    for said in [option.errors, inspected.errors] {
      #expect(!said.contains("\u{1B}") && !said.contains("\u{202E}"), "\(said)")
    }
  }

  @Test("a name whose letters ask for help is no request for it", arguments: ["-h.png", "-dash.png"])
  func namesLikeHelp(name: String) throws {
    let files = try TemporaryFolder()
    for name in [name, "a.png"] { try files.file(name, EncodedImages.png()) }
    let command = "cd '\(files.path)' && $SLUICE filter -f '\(filter)' --format none"
    let taken = try SluiceCommand.shell("\(command) *.png")
    #expect(taken.status == 2 && taken.output.isEmpty)
    #expect(
      taken.errors == "sluice: `\(name)` is no option; put `--` before names that begin with a hyphen\n",
      "\(taken.errors)")
    let judged = try SluiceCommand.shell("\(command) -- *.png")
    #expect(judged.status == 0 && judged.verdicts.count == 2, "\(judged.errors)")
    let asked = try SluiceCommand.shell("\(command) -h")
    #expect(asked.status == 0 && asked.outputText.contains("sluice filter"))
  }

  @Test func filterFileMistakesEndTheRunBeforeAnyImage() throws {
    let wrong = try folder.file("wrong.yaml", Filters.decodeOnly + "\ndetektors: []")
    let result = try SluiceCommand.run(["filter", "-f", wrong], input: try EncodedImages.png())
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("wrong.yaml:5: `detektors` is not a known key"))
  }

  @Test func aMissingModelIsNamed() throws {
    let text = Filters.decodeOnly + "\nclassifier: {openvino: {model: missing.onnx}}"
    let result = try SluiceCommand.run(["filter", "-f", try folder.file("f.yaml", text)])
    #expect(result.status == 2)
    #expect(result.errors.contains("\(folder.path)/missing.onnx does not exist"))
  }

  @Test func anEngineThatIsNotWhereTheVariableSaysIsSoughtNowhereElse() throws {
    let text = Filters.signs(detectors: "[{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1}}]")
    let path = try folder.file("f.yaml", text)
    let result = try SluiceCommand.run(
      ["filter", "-f", path], environment: ["SLUICE_OPENVINO": "/nonexistent", "HOME": folder.path])
    #expect(result.status == 2)
    #expect(result.errors.contains("/nonexistent/libopenvino_c.so*"))
    #expect(result.errors.contains("SLUICE_OPENVINO names no such library; correct it, or unset it"))
    #expect(!result.errors.contains("pip install"))
  }

  @Test func aFileThatIsNoEngineIsNamed() throws {
    let text = Filters.signs(detectors: "[{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1}}]")
    let library = try folder.file("libopenvino_c.so", "not a library")
    let result = try SluiceCommand.run(
      ["filter", "-f", try folder.file("f.yaml", text)], environment: ["SLUICE_OPENVINO": library])
    #expect(result.status == 2)
    #expect(result.errors.contains(library))
  }

  @Test(
    .enabled(if: Requirements.hasEngine, "needs the inference engine"),
    arguments: [
      ("centerCrop: 64", "centerCrop: 63", "takes `input` (float32 ?×3×64×64), but the filter makes float32 N×3×63×63"),
      ("layout: nchw", "layout: nhwc", "but the filter makes float32 N×64×64×3"),
      ("layout: nchw", "layout: nhw", "has the layout nhw, which only gray pictures can have: say `channels: gray`"),
      ("type: float32", "type: float16", "but the filter makes float16"),
      ("input: input", "input: pixels", "has no input `pixels`; it has `input`"),
      ("output: logits", "output: scores", "has no output `scores`; it has `logits` (float32 ?×12)"),
      ("labels: ../Samples/signs/labels.txt", "labels: ../README.md", "but the model has 12"),
      ("model: ../Samples/signs/model.onnx", "model: ../README.md", "cannot be read"),
    ])
  func aModelThatDoesNotFitIsExplained(old: String, new: String, message: String) throws {
    let original = String(decoding: try Repository.bytes(Filters.signs), as: UTF8.self)
    try #require(original.contains(old))
    let text = original.replacing(old, with: new).replacing("../", with: Repository.file("") + "/")
    let result = try SluiceCommand.run(
      ["filter", "-f", try folder.file("f.yaml", text)], input: try EncodedImages.png())
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test(arguments: [
    ["filter"], ["filter", "-f"], ["filter", "-f", Filters.signs, "--format", "jpeg"],
    ["filter", "-f", Filters.signs, "--workers", "0"],
    ["filter", "-f", Filters.signs, "--define", "novalue"], ["filter", "-f", Filters.signs, "--null", "a.png"],
    ["nothing"], ["inspect"],
    ["filter", "-f", Filters.signs, "--files-from", "y", "a.png"], ["filter", "-f", Filters.signs, "--verdicts", "-"],
  ])
  func wrongUseIsStatusTwoWithWords(arguments: [String]) throws {
    let result = try SluiceCommand.run(arguments)
    #expect(result.status == 2)
    #expect(!result.errors.isEmpty)
    #expect(result.output.isEmpty)
  }

  @Test func standardInputIsNotOverwritten() throws {
    let archive = TarArchives.archive([("a.png", try EncodedImages.png())])
    let path = try folder.file("a.tar", archive)
    #expect(try SluiceCommand.shell("$SLUICE filter -f '\(filter)' -o '\(path)' < '\(path)'").status == 2)
    #expect(try Repository.bytes(path) == archive)
  }

  @Test func anOutputThatCannotBeWrittenIsNamed() throws {
    let result = try SluiceCommand.run(
      ["filter", "-f", filter, "-o", "/nonexistent/out.npy"], input: try EncodedImages.png())
    #expect(result.status == 2)
    #expect(result.errors.contains("/nonexistent/out.npy"))
    let full = try SluiceCommand.run(["filter", "-f", filter, "-o", "/dev/full"], input: try EncodedImages.png())
    #expect(full.status == 2)
    #expect(full.errors.contains("No space left"))
  }

  @Test("an ending of -o that is no tensor format is refused before anything is read or written")
  func foreignEndings() throws {
    let image = try folder.file("image.png", try EncodedImages.png())
    for name in ["out.jpg", "out.json", "a.npz/out.PNG"] {
      let result = try SluiceCommand.run(["filter", "-f", filter, "-o", "\(folder.path)/\(name)", image])
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errors.contains(".npy, .npz") && result.errors.contains("--format"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(name)"))
    }
    for name in ["out.npy", "out", "out.2", "out.SafeTensors"] {
      let result = try SluiceCommand.run(["filter", "-f", filter, "-o", "\(folder.path)/\(name)", image])
      #expect(result.status == 0, "\(result.errors)")
    }
    let chosen = try SluiceCommand.run(
      ["filter", "-f", filter, "-o", "\(folder.path)/out.jpg", "--format", "raw", image])
    #expect(chosen.status == 0, "\(chosen.errors)")
  }

  @Test("what is given in place of a filter file is called what it is")
  func noFilterFiles() throws {
    let image = try folder.file("image.png", try EncodedImages.png())
    let model = try folder.file("m.onnx", [UInt8](repeating: 7, count: 2_000_000))
    let long = try folder.file("long.yaml", [UInt8](repeating: 0x20, count: 1_000_001))
    for (path, message) in [
      (model, "m.onnx is a model, not a filter"), (folder.path, "is a folder; name a filter file"),
      (image, "image.png is not text"), (long, "longer than 1000000 bytes, so it is not a filter"),
    ] {
      let result = try SluiceCommand.run(["filter", "-f", path, "--format", "none", image])
      #expect(result.status == 2 && result.errors.contains(message), "\(result.errors)")
      #expect(!result.errors.contains("--files-from"))
    }
  }

  @Test("names that are no UTF-8 are judged, from lists and from the command line")
  func namesInOtherEncodings() throws {
    _ = try folder.file("plain.png", try EncodedImages.png())
    let result = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && mkdir other && cp plain.png other/$'caf\\xe9.png' && cp plain.png other/$'caf\\xe8.png'
      find other -type f -print0 | "$SLUICE" filter -f '\(filter)' --format none --files-from - --null
      "$SLUICE" filter -f '\(filter)' --format none other/*
      """)
    #expect(result.status == 0 && result.verdicts.count == 4, "\(result.errors)\(result.outputText)")
    #expect(result.verdicts.allSatisfy { $0["source"] as? String == "other/caf\u{FFFD}.png" })
    #expect(result.verdicts.allSatisfy { $0["verdict"] as? String == "clean" })
  }
}
