import Attacks
import Calibration
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pixels
import TestSupport
import Testing

@Suite struct AttackRunTests {
  @Test("what is saved is what the record says: read again, it is wrong, and within the limit")
  func savedFiles() async throws {
    let bench = try AttackBench()
    let record = try await bench.attack(AttackBench.plan(.square, ["epsilon=12"]), into: "out")
    #expect(record.images.count == 6 && record.success?.count == 6)
    #expect(try bench.files("out").count == 6)
    for image in record.images {
      let file = try readFile("\(bench.folder.path)/out/\(image.name).png", atMost: 1_000_000)
      let answer = try await bench.filter.answer(to: file)
      #expect(answer.topClass == image.seenClass && answer.topClass != image.trueClass)
      #expect(answer.isHeldBack == image.isFlagged)
      let distances = try #require(image.distances)
      #expect(distances.linf <= 12.0 / 255 && distances.linf > 0)
      let saved = try bench.saved("out/\(image.name).png")
      #expect(saved.size == PixelSize(width: 16, height: 16))
      #expect(PathClasses(classCount: 2)("\(image.name).png") == image.trueClass)
    }
  }

  @Test("the border that the classifier does not see stays as it is, and the part that it sees is the attacked one")
  func carrier() throws {
    let bench = try AttackBench(pictures: 3)
    for path in bench.paths {
      let bytes = try readFile(path, atMost: 1_000_000)
      let decoded = try ImageDecoder(limits: DecodeLimits()).decode(bytes.span)
      let carrier = Carrier(decoded.takePixels(), bench.filter.definition.preprocessor)
      let clean = try bench.filter.modelImage(of: bytes)
      #expect(carrier.original == Picture(clean))
      let black = Picture(
        size: carrier.original.size, channels: .rgb,
        samples: [UInt8](repeating: 0, count: carrier.original.samples.count))
      let whole = carrier.bearing(black)
      #expect(carrier.part(of: whole) == black)
      #expect(Picture(bench.filter.definition.preprocessor.trappingApply(to: whole.image)) == black)
      let unchanged = carrier.bearing(carrier.original)
      let differing = whole.samples.indices.count { whole.samples[$0] != unchanged.samples[$0] }
      #expect(differing <= black.samples.count)
    }
  }

  @Test(
    "a run that was interrupted comes to what an unbroken one does, and so do other numbers of workers",
    arguments: [AttackKey.square, .hopSkipJump, .noise])
  func resumption(_ key: AttackKey) async throws {
    let bench = try AttackBench()
    let plan = try AttackBench.plan(key, key == .noise ? ["epsilon=30"] : [])
    let unbroken = try await bench.attack(plan, into: "unbroken", workers: 1)
    _ = try await bench.attack(plan, into: "broken", count: 2, workers: 3)
    // A line that was cut off is attacked again.
    let journal = "\(bench.folder.path)/broken/.attack.partial"
    let text = try readFile(journal, atMost: 1_000_000)
    try replaceFile(journal, with: Array(text.dropLast(20)))
    let resumed = try await bench.attack(plan, into: "broken", workers: 2)
    #expect(resumed.images == unbroken.images)
    #expect(resumed.json == unbroken.json)
    #expect(try bench.files("broken") == bench.files("unbroken"))
  }

  @Test("an interrupted attack with other settings is not gone on with")
  func otherSettings() async throws {
    let bench = try AttackBench(pictures: 3)
    _ = try await bench.attack(AttackBench.plan(.square), into: "out", count: 1)
    for other in [try AttackBench.plan(.square, ["epsilon=9"]), try AttackBench.plan(.square, seed: 1)] {
      await #expect { try await bench.attack(other, into: "out") } throws: {
        ($0 as? SluiceError)?.code == .attackMismatch
      }
    }
  }

  @Test("a folder that holds something else is left alone")
  func foreignFolder() throws {
    let bench = try AttackBench(pictures: 1)
    #expect(throws: SluiceError.self) { try AttackFolder(bench.folder.path).prepare() }
    try AttackFolder(bench.folder.path + "/a/b/c/").prepare()
    try AttackFolder(bench.folder.path + "/a/b/c").prepare()
  }

  @Test("with the goal filter nothing that is flagged counts or is saved")
  func filterGoal() async throws {
    // So strict that almost everything that an attack changes is flagged.
    let bench = try AttackBench(threshold: 0.02)
    for sight in Sight.allCases {
      let record = try await bench.attack(
        AttackBench.plan(.square, ["epsilon=12"], goal: .filter, sight: sight), into: sight.rawValue)
      for image in record.succeeded { #expect(image.isFlagged == false && image.seenClass != image.trueClass) }
      #expect(record.passing == record.success)
      #expect(try bench.files(sight.rawValue).count == record.succeeded.count)
    }
  }

  @Test("targeted attacks reach the wanted class; pictures of it are passed over")
  func targets() async throws {
    let bench = try AttackBench()
    let record = try await bench.attack(
      AttackBench.plan(.square, ["epsilon=12"], target: .number(1)), into: "out")
    #expect(record.succeeded.allSatisfy { $0.seenClass == 1 && $0.trueClass == 0 })
    #expect(record.images.count { $0.outcome == .skipped } == 2)
    let random = try await bench.attack(
      AttackBench.plan(.square, ["epsilon=12"], target: .random), into: "random")
    #expect(random.images.allSatisfy { $0.target != $0.trueClass })
    await #expect(throws: SluiceError.self) {
      try await bench.attack(AttackBench.plan(.square, target: .number(2)), into: "beyond")
    }
  }

  @Test("what is not attacked says why, and what its true class is")
  func reasonsForPassingOver() async throws {
    let bench = try AttackBench(pictures: 3)
    let red = try readFile(bench.paths[0], atMost: 1_000_000)
    let wrong = try bench.folder.file("1_red.png", red)
    let record = try await bench.attack(
      AttackBench.plan(.square, ["epsilon=12"], target: .number(1)), into: "out", paths: [wrong] + bench.paths)
    #expect(record.images.map { $0.outcome == .skipped } == [true, false, true, true])
    #expect(record.images.map(\.trueClass) == [1, 0, 1, 1])
    #expect(record.images[0].reason == "the classifier is wrong about the unchanged picture")
    #expect(record.images[0].target == nil && record.images[0].queries == 0)
    for image in record.images.suffix(2) {
      #expect(image.reason == "it is of the wanted class" && image.target == 1 && image.queries == 0)
    }
  }

  @Test("what models say no number of is not forwarded, and the attack goes on")
  func noNumbers() async throws {
    let bench = try AttackBench(pictures: 4, classifier: RedOrBlue(failsOnBlue: true))
    let record = try await bench.attack(AttackBench.plan(.square, ["epsilon=12"], budget: 20), into: "out")
    #expect(record.images.map(\.outcome) == [.failed, .failed, .skipped, .skipped])
    #expect(record.images.prefix(2).allSatisfy { $0.queries == 20 })
    #expect(record.images.suffix(2).allSatisfy { $0.reason?.contains("cannot judge") == true })
  }

  @Test("HopSkipJump begins at more than one class, however far behind it is, or at the wanted one")
  func startsOfClasses() async throws {
    let bench = try AttackBench(pictures: 72)
    #expect(try await bench.starts(AttackBench.plan(.hopSkipJump)).count == 9)
    #expect(try await bench.starts(AttackBench.plan(.hopSkipJump, target: .number(1))).count == 2)
    #expect(try await bench.starts(AttackBench.plan(.square)).isEmpty)
  }

  @Test("saved as JPEG, what counts is the JPEG")
  func jpeg() async throws {
    let bench = try AttackBench()
    let record = try await bench.attack(
      AttackBench.plan(.square, ["epsilon=24"], form: .jpeg(quality: 90)), into: "out")
    #expect(!record.succeeded.isEmpty)
    for image in record.succeeded {
      let file = try readFile("\(bench.folder.path)/out/\(image.name).jpg", atMost: 1_000_000)
      #expect(file.starts(with: [0xFF, 0xD8]))
      #expect(try await bench.filter.answer(to: file).topClass != image.trueClass)
    }
  }

  @Test("what is no picture is passed over with a reason, and pictures of one name do not replace each other")
  func hostilePictures() async throws {
    let bench = try AttackBench(pictures: 3)
    let whole = try readFile(bench.paths[0], atMost: 1_000_000)
    var paths = [
      try bench.folder.file("empty.png", [UInt8]()), try bench.folder.file("cut.png", Array(whole.dropLast(30))),
      "\(bench.folder.path)/missing.png", bench.paths[0], bench.paths[0],
    ]
    paths.append(try bench.folder.file("wei\u{202E}rd \u{1B}[31m__name.png", whole))
    let record = try await bench.attack(AttackBench.plan(.square, ["epsilon=12"]), into: "out", paths: paths)
    #expect(record.images.map(\.outcome) == [.skipped, .skipped, .skipped, .succeeded, .succeeded, .succeeded])
    #expect(record.images.prefix(3).allSatisfy { $0.reason?.isEmpty == false })
    #expect(Set(record.images.map(\.name)).count == 6)
    let files = try bench.files("out")
    #expect(files.count == 3)
    #expect(files.keys.allSatisfy { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
  }

  @Test("a folder called like a label says the class, whatever number a file has; the saved name says it to everybody")
  func classFolders() async throws {
    let bench = try AttackBench(labels: ["red", "blue"])
    let (red, blue) = (try readFile(bench.paths[0], atMost: 1_000_000), try readFile(bench.paths[5], atMost: 1_000_000))
    let files = [
      ("red/1.png", red), ("red/1_x.png", red), ("blue/0001.png", blue), ("other/x.png", red), ("7_red.png", red),
    ]
    let paths = try files.map { name, bytes in
      try makeFolder("\(bench.folder.path)/\(name)".containingFolder)
      return try bench.folder.file(name, bytes)
    }
    let record = try await bench.attack(AttackBench.plan(.square, ["epsilon=12"]), into: "out", paths: paths)
    #expect(record.images.map(\.outcome) == [AttackedImage.Outcome](repeating: .succeeded, count: 5))
    #expect(record.images.map(\.trueClass) == [0, 0, 1, 0, 0])
    #expect(record.images.map(\.name) == ["0__1", "0__1_x", "0001", "0__x", "0__7_red"])
    for image in record.images {
      for labels in [["red", "blue"], nil] {
        #expect(PathClasses(classCount: 2, labels: labels)("blue/\(image.name).png") == image.trueClass)
      }
    }
  }

  @Test("where a filter takes short files alone, pictures are compressed; what is still too long is said to be")
  func shortFiles() async throws {
    let bench = try AttackBench(maxBytes: 500)
    // 768 bytes of samples in few colours, which compressed are less than a hundred; a JPEG's tables alone are more than 500.
    let samples = (0..<16 * 16 * 3).map { $0 % 3 == 0 ? UInt8(120) : 110 }
    let image = PixelImage(size: PixelSize(width: 16, height: 16), channels: .rgb, samples: samples)
    let path = try bench.folder.file("0_plain.png", try image.encodedAsPNG())
    let record = try await bench.attack(AttackBench.plan(.contrast), into: "out", paths: [path])
    #expect(record.attacked.count == 1 && record.attacked.allSatisfy { $0.queries > 0 })
    let refused = try await bench.attack(
      AttackBench.plan(.contrast, form: .jpeg(quality: 90)), into: "jpeg", paths: [path])
    #expect(refused.attacked.isEmpty)
    #expect(refused.mostFrequentReason?.contains("bytes; the filter takes 500") == true)
  }

  @Test("the most frequent reason for passing over is named, of equals the first")
  func reasons() throws {
    let images = ["b", "a", "c", "c", nil, "b"].enumerated().map { number, reason in
      var image = AttackedImage(number: number, source: "", name: "", sha256: "", outcome: .skipped)
      image.reason = reason
      return image
    }
    let filter = FilterIdentity(name: "f", digest: "0")
    func most(_ images: [AttackedImage]) throws -> String? {
      AttackRecord(try AttackBench.plan(.noise), filter, date: "2026-11-28", images).mostFrequentReason
    }
    #expect(try most(images) == "b" && most([images[4]]) == nil)
  }

  @Test("the record tells an evaluation which pictures an attack was tried on, and is no picture itself")
  func recordOfFailures() async throws {
    let bench = try AttackBench()
    let record = try await bench.attack(AttackBench.plan(.square, ["epsilon=1"], budget: 5), into: "out")
    let output = AttackFolder("\(bench.folder.path)/out")
    try replaceFile(output.record, with: Array(record.json.indentedText.utf8))
    let groups = try ImageGroup.attacks(in: [output.path])
    #expect(groups.map(\.attack) == ["out"])
    #expect(groups[0].tried == Set(record.attacked.map(\.name)) && groups[0].tried?.count == 6)
    let inputs = RunInputs(PathList(groups[0].paths, opensFolders: true), limit: 1_000_000)
    var sources: [String] = []
    while let input = try inputs.next() { sources.append(input.source) }
    #expect(sources.count == record.succeeded.count)
    try replaceFile(output.record, with: Array("[1]".utf8))
    #expect(throws: SluiceError.self) { try ImageGroup.attacks(in: [output.path]) }
  }

  @Test("every row of a record is read as it was written, and hostile rows are passed over")
  func rows() throws {
    var image = AttackedImage(number: 3, source: "a \u{202E}/b", name: "b", sha256: "0", outcome: .succeeded)
    image.queries = 7
    image.trueClass = 1
    image.distances = Distances(l0: 0.25, l2: 1.0 / 3, linf: 8.0 / 255)
    image.isFlagged = false
    image.pValue = 1e-7
    let text = Array(image.json.text.utf8)
    let limits = JSONValue.Limits(depth: 4, values: 1000)
    #expect(AttackedImage(try JSONValue(reading: text.span, limits: limits)) == image)
    for hostile in [
      "null", "[]", "{}", #"{"number":1}"#, #"{"number":"1","source":"","name":"","sha256":"","queries":1}"#,
    ] {
      let bytes = Array(hostile.utf8)
      #expect(AttackedImage(try JSONValue(reading: bytes.span, limits: limits)) == nil)
    }
  }

  @Test("the page shows what was measured, and nothing of a name acts in it")
  func page() async throws {
    let bench = try AttackBench()
    let path = try bench.folder.file("0_<script>.png", try readFile(bench.paths[0], atMost: 1_000_000))
    let record = try await bench.attack(
      AttackBench.plan(.square, ["epsilon=12"]), into: "out", paths: [path] + bench.paths)
    let examples = AttackExamples(record, AttackFolder("\(bench.folder.path)/out"), bench.filter).all
    #expect(examples.count == 7)
    let page = AttackPage(record, examples).text
    #expect(!page.contains("<script") && page.contains("Success against queries"))
    #expect(page.matches(of: /<figure>/).count == 7)
    #expect(page.contains("<b>7 of 7</b>") && page.contains("times as strong") && page.contains("seen as"))
    // The goal was the classifier, so what passes the filter has a curve of its own.
    #expect(page.matches(of: /<path d/).count == 2)
    #expect(record.text.contains("7 of 7"))
    let empty = AttackRecord(record.plan, record.filter, date: "2026-11-28", [])
    #expect(AttackPage(empty, []).text.contains("No picture was attacked"))
    #expect(empty.success == nil && empty.medianQueries == nil)
  }
}
