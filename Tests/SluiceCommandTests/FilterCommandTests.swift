import Foundation
import TestSupport
import Testing

struct FilterCommandTests {
  private let folder: TemporaryFolder
  private let filter: String

  init() throws {
    folder = try TemporaryFolder()
    filter = try folder.file("decode-only.yaml", Filters.decodeOnly)
  }

  private func arrays(_ bytes: [UInt8]) throws -> [NumpyArray] {
    var rest = bytes[...]
    var arrays: [NumpyArray] = []
    while !rest.isEmpty { arrays.append(try NumpyArray.next(in: &rest)) }
    return arrays
  }

  private func images(_ count: Int) throws -> [[UInt8]] {
    try (0..<count).map { try $0 % 2 == 0 ? EncodedImages.jpeg(seed: UInt64($0)) : EncodedImages.png(seed: UInt64($0)) }
  }

  @Test func streamInArraysOut() throws {
    let result = try SluiceCommand.run(["filter", "-f", filter], input: try images(9).flatMap { $0 })
    #expect(result.status == 0)
    let arrays = try arrays(result.output)
    #expect(arrays.map(\.shape) == [[Int]](repeating: [1, 3, 6, 8], count: 9))
    #expect(arrays.allSatisfy { $0.descriptor == "<f4" })
    let verdicts = SluiceCommand.Result.verdicts(in: result.errors)
    #expect(verdicts.compactMap { $0["id"] as? String } == (1...9).map(String.init))
    #expect(verdicts.allSatisfy { $0["action"] as? String == "forwarded" })
  }

  @Test(
    "what would wait for images from a terminal says what to do, beside its own usage",
    arguments: [("filter", "--format none"), ("reference", "-o made.json"), ("quantise", "-o made.json")])
  func terminal(command: String, options: String) throws {
    // A terminal of its own, at which nobody types.
    let result = try SluiceCommand.shell(
      "cd '\(folder.path)' && script -qec \"$SLUICE \(command) -f decode-only.yaml \(options)\" /dev/null")
    let text = result.outputText
    #expect(result.status == 2 && text.contains("name images, or pipe them to standard input"), "\(text)")
    #expect(text.contains("Usage: sluice \(command) "), "\(text)")
  }

  @Test func pathsStandardInputAndListsGiveTheSame() throws {
    let images = try images(4)
    let paths = try images.enumerated().map { try folder.file("image \($0).bin", $1) }
    let piped = try SluiceCommand.run(["filter", "-f", filter], input: images.flatMap { $0 })
    let named = try SluiceCommand.run(["filter", "-f", filter] + paths)
    let lines = try folder.file("list", paths.joined(separator: "\n"))
    let listed = try SluiceCommand.run(["filter", "-f", filter, "--files-from", lines])
    let zeros = Array(paths.joined(separator: "\0").utf8)
    let zeroListed = try SluiceCommand.run(["filter", "-f", filter, "--files-from", "-", "--null"], input: zeros)
    let archive = TarArchives.archive(images.enumerated().map { ("\($0).png", $1) })
    let tarred = try SluiceCommand.run(["filter", "-f", filter], input: archive)
    for result in [named, listed, zeroListed, tarred] {
      #expect(result.status == 0)
      #expect(result.output == piped.output)
    }
  }

  @Test("what comes through a pipe is taken apart, whatever path it has; a file is one image")
  func pipesThatArePaths() throws {
    let paths = try images(3).enumerated().map { try folder.file("\($0).bin", $1) }
    let script =
      "cd '\(folder.path)'; cat \(paths.joined(separator: " ")) > all; \"$SLUICE\" filter -f '\(filter)' --format none "
    for (inputs, count) in [
      ("<(cat all)", 3), ("/dev/stdin < all", 3), ("/dev/stdin < <(cat all)", 3), ("<(cat all) 0.bin", 4),
      ("<(tar cf - 0.bin 1.bin)", 2), ("all", 1),
    ] {
      let result = try SluiceCommand.shell(script + inputs)
      #expect(result.verdicts.count == count, "\(inputs): \(result.outputText)\(result.errors)")
    }
  }

  @Test func verdictsGoToStandardOutputWhenTensorsDoNot() throws {
    let output = folder.path + "/out.npy"
    let result = try SluiceCommand.run(["filter", "-f", filter, "-o", output], input: try images(2).flatMap { $0 })
    #expect(result.verdicts.count == 2)
    #expect(result.errors.isEmpty)
    #expect(try arrays(Repository.bytes(output)).count == 2)
    let none = try SluiceCommand.run(
      ["filter", "-f", filter, "--format", "none", "--summary"], input: try images(2).flatMap { $0 })
    #expect(none.verdicts.count == 2)
    #expect(none.errors == "2 inputs: 2 forwarded, 0 flagged, 0 rejected, 0 failed\n")
  }

  @Test(arguments: ["npy", "npz", "tar", "safetensors", "raw"])
  func theEndingOfTheOutputNamesTheFormat(ending: String) throws {
    let input = try images(2).flatMap { $0 }
    let output = "\(folder.path)/out.\(ending)"
    _ = try SluiceCommand.run(["filter", "-f", filter, "-o", output], input: input)
    let named = try SluiceCommand.run(["filter", "-f", filter, "--format", ending], input: input)
    let (written, expected) = (try Repository.bytes(output), named.output)
    // The verdicts in a tar hold times, so only their number is the same.
    #expect(ending == "tar" ? written.count / 512 == expected.count / 512 : written == expected)
  }

  @Test func rawIsTheDataOfTheArrays() throws {
    let input = try images(3).flatMap { $0 }
    let raw = try SluiceCommand.run(["filter", "-f", filter, "--format", "raw"], input: input)
    let npy = try SluiceCommand.run(["filter", "-f", filter], input: input)
    #expect(raw.output == (try arrays(npy.output)).flatMap(\.bytes))
  }

  @Test func tarHoldsArraysAndVerdicts() throws {
    let input = try images(3).flatMap { $0 }
    let archive = try folder.file(
      "out.tar", try SluiceCommand.run(["filter", "-f", filter, "--format", "tar"], input: input).output)
    let listed = try SluiceCommand.shell("tar tf '\(archive)'")
    #expect(listed.outputText.split(separator: "\n") == ["1.npy", "1.json", "2.npy", "2.json", "3.npy", "3.json"])
    let verdict = try SluiceCommand.shell("tar xOf '\(archive)' 2.json")
    #expect(verdict.verdicts.first?["id"] as? String == "2")
  }

  @Test func safetensorsHasAHeaderThatFits() throws {
    let output = try SluiceCommand.run(
      ["filter", "-f", filter, "--format", "safetensors"], input: try images(3).flatMap { $0 }
    ).output
    let length = (0..<8).reduce(0) { $0 | Int(output[$1]) << (8 * $1) }
    #expect(length % 8 == 0)
    let header = try #require(
      try JSONSerialization.jsonObject(with: Data(output[8..<8 + length])) as? [String: [String: Any]])
    #expect(header.keys.sorted() == ["1", "2", "3"])
    #expect(header["2"]?["dtype"] as? String == "F32")
    #expect(header["2"]?["shape"] as? [Int] == [1, 3, 6, 8])
    #expect(header["2"]?["data_offsets"] as? [Int] == [576, 1152])
    #expect(output.count == 8 + length + 3 * 576)
  }

  @Test(.enabled(if: Requirements.hasNumPy, "needs python3 with numpy"))
  func numPyReadsArraysAndArchives() throws {
    let input = try folder.file("images", try images(5).flatMap { $0 })
    let script = """
      set -e
      cd '\(folder.path)'
      $SLUICE filter -f '\(filter)' -o out.npy < '\(input)' > verdicts
      $SLUICE filter -f '\(filter)' -o out.npz --format npz < '\(input)' > verdicts
      $SLUICE filter -f '\(filter)' -o none.npz < '\(filter)' > verdicts || [ $? = 1 ]
      python3 - <<'PYTHON'
      import numpy
      with open("out.npy", "rb") as file:
          arrays = [numpy.load(file) for _ in range(5)]
          assert file.read() == b""
      assert numpy.load("none.npz").files == []
      archive = numpy.load("out.npz")
      assert archive.files == ["1", "2", "3", "4", "5"], archive.files
      for name, array in zip(archive.files, arrays):
          assert array.shape == (1, 3, 6, 8) and array.dtype == numpy.float32
          assert (archive[name] == array).all()
      PYTHON
      """
    let result = try SluiceCommand.shell(script)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test(.enabled(if: Requirements.hasFFmpeg, "needs ffmpeg"), arguments: ["mjpeg", "png"])
  func framesOfAFilm(codec: String) throws {
    let script = """
      set -o pipefail
      ffmpeg -v error -f lavfi -i testsrc=size=160x120:rate=10:duration=3 -f image2pipe -c:v \(codec) - \
        | $SLUICE filter -f '\(filter)' --format none
      """
    let result = try SluiceCommand.shell(script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.verdicts.count == 30)
    #expect(result.verdicts.allSatisfy { ($0["image"] as? [String: Any])?["width"] as? Int == 160 })
  }

  @Test(.enabled(if: Repository.hasGoldenData, "needs the measurement data"))
  func everyPhotographPassesThroughAStream() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet/clean-jpeg"
    for folder in ["calibrate", "test"] {
      let script = "cat '\(data)/\(folder)'/*.jpg | $SLUICE filter -f '\(filter)' --format none --summary"
      let result = try SluiceCommand.shell(script)
      let count = try FileManager.default.contentsOfDirectory(atPath: "\(data)/\(folder)").count
      #expect(result.errors == "\(count) inputs: \(count) forwarded, 0 flagged, 0 rejected, 0 failed\n")
    }
  }

  @Test func aDamagedImageInTheMiddleCostsItselfAlone() throws {
    var all = try images(5)
    all[2] = Array(all[2].dropLast(100))
    let result = try SluiceCommand.run(["filter", "-f", filter], input: all.flatMap { $0 })
    #expect(result.status == 1)
    #expect(try arrays(result.output).count == 4)
    let verdicts = SluiceCommand.Result.verdicts(in: result.errors)
    #expect(verdicts.map { $0["verdict"] as? String } == ["clean", "clean", "rejected", "clean", "clean"])
    let error = verdicts[2]["error"] as? [String: Any]
    #expect(error?["code"] as? String == "truncated-image")
    #expect(error?["byte"] as? Int == all[2].count)
    #expect(verdicts[2]["offset"] as? Int == all[0].count + all[1].count)
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let one = try folder.file("one.png", try EncodedImages.png())
    let script = """
      (for i in $(seq 2000); do cat '\(one)'; done) | $SLUICE filter -f '\(filter)' --verdicts /dev/null | head -c 1000 > /dev/null
      echo "${PIPESTATUS[1]}"
      """
    let result = try SluiceCommand.shell(script)
    #expect(result.outputText == "141\n")
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: [("INT", "130"), ("TERM", "143"), ("HUP", "129")])
  func aSignalEndsTheRunWithEverythingWritten(signal: String, status: String) throws {
    let one = try folder.file("one.png", try EncodedImages.png())
    // A stream that stays open: three images arrive, then nothing.
    let script = """
      set -m # Without job control a shell lets its background jobs ignore SIGINT.
      mkfifo '\(folder.path)/pipe'
      (cat '\(one)' '\(one)' '\(one)'; sleep 30) > '\(folder.path)/pipe' &
      writer=$!
      # The tests themselves may run behind nohup.
      env --default-signal=\(signal) $SLUICE filter -f '\(filter)' -o '\(folder.path)/out.npz' --format npz \
        < '\(folder.path)/pipe' > '\(folder.path)/verdicts' &
      sluice=$!
      for i in $(seq 100); do [ "$(wc -l < '\(folder.path)/verdicts')" = 3 ] && break; sleep 0.1; done
      kill -\(signal) $sluice
      wait $sluice
      echo $?
      kill $writer
      # The end record of a whole archive, and three entries in its directory.
      tail -c 22 '\(folder.path)/out.npz' | od -An -tx1 | tr -d ' \\n'
      """
    let lines = try SluiceCommand.shell(script).outputText.split(separator: "\n")
    #expect(lines.first.map(String.init) == status)
    #expect(lines.last?.hasPrefix("504b05060000000003000300") == true)
  }

  // A shell shows 130 and 143 for a status as well as for a signal, so this looks at the process itself.
  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalIsWhatTheProcessDiesOf(signal: Int32) async throws {
    let input = Pipe()
    let verdicts = try folder.file("signalled", "")
    let process = Process()
    process.executableURL = URL(filePath: SluiceCommand.path)
    process.arguments = ["filter", "-f", filter, "--format", "none"]
    process.standardInput = input
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: verdicts))
    try process.start()
    try input.fileHandleForWriting.write(contentsOf: Data(EncodedImages.png()))
    try await eventually("a verdict") { try !process.isRunning || !Repository.bytes(verdicts).isEmpty }
    kill(process.processIdentifier, signal)
    #expect(process.waitForEnd(seconds: 60))
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
  }

  @Test func anImageIsJudgedAsSoonAsItHasArrived() throws {
    let one = try folder.file("one.jpg", try EncodedImages.jpeg())
    let script = """
      (cat '\(one)'; sleep 20) | $SLUICE filter -f '\(filter)' --format none > '\(folder.path)/verdicts' &
      for i in $(seq 100); do [ -s '\(folder.path)/verdicts' ] && echo judged && break; sleep 0.1; done
      kill %1
      """
    #expect(try SluiceCommand.shell(script).outputText.contains("judged"))
  }
}
