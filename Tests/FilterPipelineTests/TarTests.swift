import Common
import Files
import FilterPipeline
import TestSupport
import Testing

struct TarTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The inputs of a stream, and the error that ended it.
  private func inputs(_ bytes: [UInt8], limit: Int = 100_000) throws -> ([EncodedInput], SluiceError?) {
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", bytes)), name: "t.tar", limit: limit)
    var all: [EncodedInput] = []
    while let input = try inputs.next() {
      // What ends the stream is an input that cannot be judged.
      if case .unreadable(let error) = input.problem, error.code != .unsupportedTarMember { return (all, error) }
      all.append(input)
    }
    return (all, nil)
  }

  /// Puts the checksum of a header right after a change.
  private func sign(_ header: inout [UInt8]) {
    header.replaceSubrange(148..<156, with: Array("        ".utf8))
    let digits = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(
      148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8))
  }

  private func members() throws -> [(name: String, data: [UInt8])] {
    [
      ("a.jpg", try EncodedImages.jpeg(seed: 1)), ("a.cls", Array("7".utf8)),
      ("dir/b.PNG", try EncodedImages.png(seed: 2)),
      ("no-extension", try EncodedImages.png(seed: 3)), ("c.jpeg", Array("not an image".utf8)),
    ]
  }

  @Test func imagesAreFoundByNameOrContent() throws {
    let members = try members()
    let (found, error) = try inputs(TarArchives.archive(members))
    #expect(error == nil)
    #expect(found.map(\.source) == ["t.tar/a.jpg", "t.tar/dir/b.PNG", "t.tar/no-extension", "t.tar/c.jpeg"])
    #expect(found.map(\.bytes) == [0, 2, 3, 4].map { members[$0].data })
  }

  @Test func anArchiveWithoutItsEndBlocksIsComplete() throws {
    let (found, error) = try inputs(Array(TarArchives.archive(try members()).dropLast(1024)))
    #expect(error == nil)
    #expect(found.count == 4)
  }

  @Test func cutShortItKeepsWhatCameBefore() throws {
    let members = try members()
    let archive = TarArchives.archive(members)
    let firstEnd = 512 + members[0].data.count
    for length in stride(from: 512, to: archive.count - 1024, by: 97) {
      let (found, error) = try inputs(Array(archive[..<length]))
      if length >= firstEnd { #expect(found.first?.bytes == members[0].data) }
      // Between two members the end is a complete archive; inside one it is an error that says so.
      if let error { #expect(error.code == .truncatedTar, "\(length)") }
    }
    let (found, error) = try inputs(Array(archive[..<(firstEnd - 5)]))
    #expect(found.count == 1)
    #expect(error?.code == .truncatedTar)
  }

  @Test func aDamagedHeaderEndsTheRun() throws {
    let members = try members()
    var archive = TarArchives.archive(members)
    let second = 512 + (members[0].data.count + 511) / 512 * 512
    archive[second + 3] ^= 1
    let (found, error) = try inputs(archive)
    #expect(found.count == 1)
    #expect(error?.code == .corruptTar)
    #expect(error?.byteOffset == second)
  }

  @Test func longNamesOfGNUAndPax() throws {
    let name = String(repeating: "long/", count: 40) + "x.png"
    let image = try EncodedImages.png()
    let gnu =
      TarArchives.member("././@LongLink", Array(name.utf8) + [0], type: "L") + TarArchives.member("short", image)
    let record = " path=\(name)\n"
    let length = record.utf8.count + 3
    let pax =
      TarArchives.member("pax", Array("\(length)\(record)".utf8), type: "x") + TarArchives.member("short", image)
    for archive in [gnu, pax] {
      let (found, error) = try inputs(archive)
      #expect(error == nil)
      #expect(found.map(\.source) == ["t.tar/\(name)"])
      #expect(found.map(\.bytes) == [image])
    }
  }

  @Test(
    "extended headers that are not made of records are refused: two readers may see two names",
    arguments: [
      "path=x", "7 path=x", "99 path=x\n", "+9 path=x\n", "9 path=x\n?", "9 path=x ", "10 size=-1\n", "9 size=x\n",
      "6 abc\n",
      "1 ", " ",
    ])
  func brokenExtendedHeaders(text: String) throws {
    let archive =
      TarArchives.member("pax", Array(text.utf8), type: "x") + TarArchives.member("a.png", try EncodedImages.png())
    #expect(try inputs(archive).1?.code == .corruptTar)
  }

  @Test func recordsOfExtendedHeadersAreReadWhateverTheirNumber() throws {
    let records = String(repeating: "11 a=bcdef\n", count: 5000) + "14 path=b.png\n"
    let image = try EncodedImages.png()
    let archive =
      TarArchives.member("pax", Array(records.utf8) + [0, 0], type: "x") + TarArchives.member("a.png", image)
    let (found, error) = try inputs(archive)
    #expect(error == nil)
    #expect(found.map(\.source) == ["t.tar/b.png"] && found.map(\.bytes) == [image])
  }

  @Test func sparseFilesArePassedOverWithTheirWholeMap() throws {
    var sparse = TarArchives.member("s.png", [], type: "S")
    sparse[482] = 1
    sign(&sparse)
    var continued = [UInt8](repeating: 0x30, count: 512)
    continued[504] = 1
    let last = [UInt8](repeating: 0x30, count: 504) + [UInt8](repeating: 0, count: 8)
    let image = try EncodedImages.png()
    let pax = TarArchives.member("pax", Array("22 GNU.sparse.major=1\n".utf8), type: "x")
    for archive in [sparse + continued + last, pax + TarArchives.member("s.png", image)] {
      let (found, error) = try inputs(archive + TarArchives.member("a.png", image))
      #expect(error == nil)
      #expect(found.map(\.source) == ["t.tar/s.png", "t.tar/a.png"])
      #expect(found.map { $0.problem == nil } == [false, true])
    }
    #expect(try inputs(sparse + continued).1?.code == .truncatedTar)
  }

  @Test func tooLongMembersAreRejectedAlone() throws {
    let members = [
      ("a.png", try EncodedImages.png()), ("b.png", [UInt8](repeating: 1, count: 9000)),
      ("c.png", try EncodedImages.png()),
    ]
    let (found, error) = try inputs(TarArchives.archive(members), limit: 8000)
    #expect(error == nil)
    #expect(found.map(\.bytes.isEmpty) == [false, true, false])
  }

  @Test func foldersArePassedOverAndImagesElsewhereAreNotLost() throws {
    let image = try EncodedImages.png()
    let archive =
      TarArchives.member("dir/", [], type: "5") + TarArchives.member("link", [], type: "2")
      + TarArchives.member("hard.png", [], type: "1") + TarArchives.member("a.png", image)
    let (found, error) = try inputs(archive)
    #expect(error == nil)
    #expect(found.map(\.source) == ["t.tar/hard.png", "t.tar/a.png"])
    #expect(found.map { $0.problem == nil } == [false, true])
  }

  @Test(
    "what has no data in an archive hides no member behind it, whatever size it declares",
    arguments: ["1", "2", "3", "4", "5", "6"] as [Character])
  func sizesOfWhatHasNoData(type: Character) throws {
    let image = try EncodedImages.png()
    let hidden = TarArchives.member("hidden.png", image)
    let archive = TarArchives.member("x", hidden, type: type) + TarArchives.member("a.png", image)
    let (found, error) = try inputs(archive)
    if ["1", "5"].contains(type) {
      #expect(error == nil && found.map(\.source) == ["t.tar/hidden.png", "t.tar/a.png"])
    } else {
      // GNU tar reads it where it does not extract the member.
      #expect(error?.code == .corruptTar && found.isEmpty)
    }
    // The size of an extended header is no better, also of one that agrees.
    for size in [0, hidden.count] {
      let declared = TarArchives.member("x", [UInt8](repeating: 0, count: size), type: type)
      for form in ["x", "X"] as [Character] {
        let member = pax("size", "\(hidden.count)", type: form) + declared.prefix(512)
        #expect(try inputs(member + hidden + TarArchives.member("a.png", image)).1?.code == .corruptTar)
      }
    }
  }

  /// How many members were passed over, and what the inputs are.
  private func passedOver(_ bytes: [UInt8]) throws -> (count: Int, sources: [String]) {
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", bytes)), name: "t.tar", limit: 100_000)
    var sources: [String] = []
    while let input = try inputs.next() { sources.append(input.source) }
    return (inputs.passedOver, sources)
  }

  @Test(
    "members of types that nobody knows are files, as other programs extract them",
    arguments: ["7", "8", "9", "A", "E", "I", "N", "Z"] as [Character])
  func unknownTypes(type: Character) throws {
    let image = try EncodedImages.png()
    let archive =
      TarArchives.member("a.jpg", image, type: type) + TarArchives.member("b", image, type: type)
      + TarArchives.member("c.txt", [1, 2, 3], type: type) + TarArchives.member("d.png", image)
    let (found, error) = try inputs(archive)
    #expect(error == nil && found.map(\.source) == ["t.tar/a.jpg", "t.tar/b", "t.tar/d.png"])
    #expect(found.allSatisfy { $0.bytes == image && $0.problem == nil })
    #expect(try passedOver(archive).count == 1)
  }

  @Test(
    "what GNU tar keeps in members of its own is no image, unless it begins like one",
    arguments: ["D", "M", "V"] as [Character])
  func housekeepingMembers(type: Character) throws {
    let image = try EncodedImages.png()
    let archive =
      TarArchives.member("empty.jpg", [], type: type) + TarArchives.member("dir/", Array("Ya.png\0\0".utf8), type: type)
      + TarArchives.member("b", image, type: type) + TarArchives.member("a.png", image)
    let (found, error) = try inputs(archive)
    #expect(error == nil && found.map(\.source) == ["t.tar/b", "t.tar/a.png"])
    #expect(found.map(\.bytes) == [image, image])
  }

  @Test("members that some programs take for folders or links, and others for files, are refused")
  func membersOfTwoReadings() throws {
    let image = try EncodedImages.png()
    let hidden = TarArchives.member("hidden.png", image)
    let ofPax = (["g", "x", "X"] as [Character]).map { TarArchives.member("pax", record("comment", [0x61]), type: $0) }
    let other = TarArchives.member("pax", record("path", Array("file".utf8)), type: "x")
    for archive in [
      TarArchives.member("dir/", hidden), TarArchives.member("dir/", hidden, type: "\0"),
      other + TarArchives.member("dir/", hidden, type: "\0"),
    ] + ofPax.map({ $0 + TarArchives.member("link", hidden, type: "1") }) {
      #expect(try inputs(archive + TarArchives.member("a.png", image)).1?.code == .corruptTar)
    }
    for archive in [TarArchives.member("dir/", []), ofPax[1] + TarArchives.member("link", [], type: "1")] {
      let (found, error) = try inputs(archive + hidden)
      #expect(error == nil && found.map(\.source) == ["t.tar/hidden.png"])
    }
  }

  private func pax(_ key: String, _ value: String, type: Character = "x") -> [UInt8] {
    TarArchives.member("pax", record(key, Array(value.utf8)), type: type)
  }

  @Test("headers for one member that some programs read and others do not are refused")
  func headersOfTwoReadings() throws {
    let image = try EncodedImages.png()
    let hidden = TarArchives.member("hidden.png", image)
    let cover = TarArchives.member("label.txt", hidden)
    let long = TarArchives.member("././@LongLink", Array("link\0".utf8), type: "K")
    let refused: [[UInt8]] = [
      pax("size", "0", type: "g"), pax("path", "b.png", type: "g"), pax("GNU.sparse.major", "1", type: "g"),
      TarArchives.member("pax", Array("none".utf8), type: "g"), pax("size", "0") + pax("path", "label.txt"),
      pax("size", "0") + pax("comment", "a", type: "X"), pax("size", "0") + long + pax("comment", "a"),
    ]
    for headers in refused {
      let (found, error) = try inputs(TarArchives.member("a.png", image) + headers + cover)
      #expect(found.map(\.source) == ["t.tar/a.png"] && error?.code == .corruptTar)
    }
  }

  @Test(
    "a size of an extended header counts where the member's own is the same, and it is a file to all",
    arguments: ["0", "\0", "7", "S", "A", "V", "D", "M"] as [Character])
  func sizesOfExtendedHeaders(type: Character) throws {
    let image = try EncodedImages.png()
    let cover = TarArchives.member("label.txt", TarArchives.member("hidden.png", image), type: type)
    let size = cover.count - 512
    for (said, isRead) in [(size, true), (0, false), (512, false), ((8 << 30) - 1, false)] {
      let (found, error) = try inputs(pax("size", "\(said)") + cover + TarArchives.member("a.png", image))
      if isRead, "0\07S".contains(type) {
        #expect(error == nil && found.map(\.source) == ["t.tar/a.png"])
      } else {
        #expect(error?.code == .corruptTar && found.isEmpty)
      }
    }
    // A header has no place for more.
    let long = try inputs(pax("size", "\(8 << 30)") + TarArchives.member("a.txt", image))
    #expect(long.1?.code == .truncatedTar)
  }

  @Test("what stands between an extended header and its member does not take its place")
  func headersBeforeAMember() throws {
    let image = try EncodedImages.png()
    let hidden = TarArchives.member("hidden.png", image)
    let long = TarArchives.member("././@LongLink", Array("link\0".utf8), type: "K")
    let name = TarArchives.member("././@LongLink", Array("b.png\0".utf8), type: "L")
    // As git archive writes it at the beginning.
    let global = pax("comment", "cd8b0e3a", type: "g")
    for between in [long, global, global + long] {
      let (found, error) = try inputs(
        global + pax("path", "c.png") + between + TarArchives.member("label.txt", image))
      #expect(error == nil && found.map(\.source) == ["t.tar/c.png"])
      let (named, nameError) = try inputs(name + between + TarArchives.member("a", image) + pax("mtime", "1") + hidden)
      #expect(nameError == nil && named.map(\.source) == ["t.tar/b.png", "t.tar/hidden.png"])
    }
  }

  @Test func archivesStrungTogetherAreReadThrough() throws {
    let archive = TarArchives.archive(try members())
    let (found, error) = try inputs(archive + archive)
    #expect(error == nil)
    #expect(found.count == 8)
    // Anything else behind an archive is not passed over in silence.
    let (_, junk) = try inputs(archive + [UInt8](repeating: 0x41, count: 600))
    #expect(junk?.code == .corruptTar)
  }

  @Test func absurdSizesAreSurvived() throws {
    for type: Character in ["0", "L", "x"] {
      var header = Array(TarArchives.member("a.png", [], type: type)[..<512])
      header.replaceSubrange(124..<136, with: Array("77777777777\0".utf8))
      sign(&header)
      let (_, error) = try inputs(header + [1, 2, 3])
      #expect(error != nil)
    }
  }

  /// A record of an extended header, its length in front.
  private func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let rest = Array(" \(key)=".utf8) + value + [0x0A]
    var length = rest.count + 1
    while "\(length)".utf8.count + rest.count != length { length = "\(length)".utf8.count + rest.count }
    return Array("\(length)".utf8) + rest
  }

  @Test("attributes of any size are passed over, and the name among them is read")
  func longExtendedHeaders() throws {
    let attribute = record("SCHILY.xattr.user.note", [UInt8](repeating: 0x3D, count: 200_000))
    let image = try EncodedImages.png()
    for records in [attribute + record("path", Array("b.png".utf8)), record("path", Array("b.png".utf8)) + attribute] {
      let archive = TarArchives.member("pax", records, type: "x") + TarArchives.member("a.png", image)
      let (found, error) = try inputs(archive + TarArchives.member("c.png", image))
      #expect(error == nil)
      #expect(found.map(\.source) == ["t.tar/b.png", "t.tar/c.png"] && found.map(\.bytes) == [image, image])
    }
    // No name is that long, and a record that does not end where it says is none.
    let endless = record("path", [UInt8](repeating: 0x62, count: 100_000))
    let unended = Array(attribute.dropLast()) + [0x41]
    for records in [endless, unended] {
      #expect(try inputs(TarArchives.member("pax", records, type: "x")).1?.code == .corruptTar)
    }
  }

  @Test("a sparse member of any number of extents costs itself alone, and is called by its own name")
  func sparseMembers() throws {
    let image = try EncodedImages.png()
    let records = record("GNU.sparse.major", [0x31]) + record("GNU.sparse.name", Array("dir/s.png".utf8))
    let archive =
      TarArchives.member("pax", records, type: "x") + TarArchives.member("./GNUSparseFile.7/s.png", image)
    let (found, error) = try inputs(archive + TarArchives.member("a.png", image))
    #expect(error == nil && found.map(\.source) == ["t.tar/dir/s.png", "t.tar/a.png"])
    guard case .unreadable(let problem) = found[0].problem else {
      Issue.record("a sparse member is judged by what is not its bytes")
      return
    }
    #expect(problem.remedy?.contains("--sparse") == true)
  }

  @Test("a sparse member that is an image under any of its names, or by its first bytes, is not passed over in silence")
  func namesOfSparseMembers() throws {
    let image = try EncodedImages.png()
    func described(_ records: [(key: String, value: String)], _ member: [UInt8]) -> [UInt8] {
      TarArchives.member("pax", records.flatMap { record($0.key, Array($0.value.utf8)) }, type: "x") + member
    }
    let map = Array("1\n0\n\(image.count)\n".utf8)
    let written = map + [UInt8](repeating: 0, count: 512 - map.count) + image
    let text = Array("text".utf8)
    let longName = TarArchives.member("././@LongLink", Array("evil.jpeg\0".utf8), type: "L")
    let images: [(member: [UInt8], name: String)] = [
      (described([("GNU.sparse.name", "evil.txt"), ("path", "evil.jpg")], TarArchives.member("x", text)), "evil.jpg"),
      (described([("GNU.sparse.name", "evil.txt")], TarArchives.member("evil.jpg", text)), "evil.jpg"),
      (described([("GNU.sparse.x", "1"), ("path", "evil")], TarArchives.member("evil.png", text)), "evil.png"),
      (longName + TarArchives.member("evil.txt", text, type: "S"), "evil.jpeg"),
      (TarArchives.member("evil.txt", image, type: "S"), "evil.txt"),
      (described([("GNU.sparse.name", "evil")], TarArchives.member("evil.txt", image)), "evil"),
      (described([("GNU.sparse.name", "evil")], TarArchives.member("evil.txt", written)), "evil"),
    ]
    for (member, name) in images {
      let (found, error) = try inputs(member + TarArchives.member("a.png", image))
      #expect(error == nil && found.map(\.source) == ["t.tar/\(name)", "t.tar/a.png"])
      #expect(found.map { $0.problem == nil } == [false, true])
    }
    let labels =
      TarArchives.member("a.cls", text, type: "S")
      + described([("GNU.sparse.name", "b.cls")], TarArchives.member("c.cls", text))
      + described([("GNU.sparse.major", "1")], TarArchives.member("d.cls", map))
    let passed = try passedOver(labels + TarArchives.member("a.png", image))
    #expect(passed.count == 3 && passed.sources == ["t.tar/a.png"])
  }

  @Test(
    "a member in which some programs make holes, or which they take for longer, is not judged by its bytes",
    arguments: [("SUN.holesdata", " 0 20 24 100"), ("SCHILY.realsize", "100"), ("GNU.sparse.major", "1")])
  func membersWithHoles(key: String, value: String) throws {
    let image = try EncodedImages.png()
    let (found, error) = try inputs(
      pax(key, value) + TarArchives.member("s.png", image) + TarArchives.member("a.png", image))
    #expect(error == nil && found.map(\.source) == ["t.tar/s.png", "t.tar/a.png"])
    #expect(found.map { $0.problem == nil } == [false, true])
    // For all members, or in a record too long to be held, it is refused.
    let long = pax(key, String(repeating: "1", count: 70_000))
    for header in [pax(key, value, type: "g"), long] {
      #expect(try inputs(header + TarArchives.member("s.png", image)).1?.code == .corruptTar)
    }
  }

  @Test("a volume label, which has no size, begins an archive")
  func volumeLabel() throws {
    var label = Array(TarArchives.member("label.jpg", [], type: "V")[..<512])
    label.replaceSubrange(124..<136, with: [UInt8](repeating: 0, count: 12))
    sign(&label)
    let image = try EncodedImages.png()
    let (found, error) = try inputs(label + TarArchives.member("a.png", image))
    #expect(error == nil && found.map(\.source) == ["t.tar/a.png"] && found.map(\.bytes) == [image])
  }

  @Test("what macOS writes beside an image is passed over and counted, an image of such a name is not")
  func companionsOfMacOS() throws {
    let image = try EncodedImages.png()
    let archive = TarArchives.archive([
      ("._a.png", [0, 5, 22, 7, 0, 2, 0, 0]), ("a.png", image), ("dir/._b.jpg", [1]), ("dir/._c.png", image),
    ])
    let (count, sources) = try passedOver(archive)
    #expect(sources == ["t.tar/a.png", "t.tar/dir/._c.png"] && count == 2)
  }

  @Test("headers of Solaris, and checksums of signed bytes, are read")
  func oldHeaders() throws {
    let image = try EncodedImages.png()
    var signed = TarArchives.member("a.png", image)
    // Two bytes that count less when they have a sign.
    signed.replaceSubrange(265..<267, with: [0xE9, 0xE8])
    signed.replaceSubrange(148..<156, with: Array("        ".utf8))
    let sum = signed[..<512].reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
    let digits = String(sum, radix: 8)
    signed.replaceSubrange(
      148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8))
    let solaris =
      TarArchives.member("x", record("path", Array("b.png".utf8)), type: "X") + TarArchives.member("s.png", image)
    let (found, error) = try inputs(signed + solaris)
    #expect(error == nil && found.map(\.source) == ["t.tar/a.png", "t.tar/b.png"])
  }

  @Test("names of combining marks take no longer than others", .timeLimit(.minutes(1)))
  func namesOfMarks() throws {
    let marks = CombiningMarks.text(bytes: 60_000)
    for (ending, count) in [("/._x.png", 0), (".PNG", 300), ("x", 0)] {
      let member = pax("path", marks + ending) + TarArchives.member("a", [1])
      let (found, error) = try inputs(Array([[UInt8]](repeating: member, count: 300).joined()))
      #expect(error == nil && found.count == count)
    }
  }

  // MARK: - Writing

  @Test(arguments: [1, 99, 100])
  func whatIsWrittenIsRead(length: Int) throws {
    let image = try EncodedImages.png()
    let name = String(repeating: "a", count: length)
    let (found, error) = try inputs(try TarArchive.member(name, image) + TarArchive.end)
    #expect(error == nil && found.map(\.bytes) == [image] && found.first?.source.hasSuffix(name) == true)
  }

  @Test(arguments: ["", "a\0b", String(repeating: "a", count: 101), String(repeating: "é", count: 51)])
  func namesWithoutAPlaceInAHeaderAreRefused(name: String) {
    let error = #expect(throws: SluiceError.self) { try TarArchive.member(name, [1, 2, 3]) }
    #expect(error?.code == .unwritableOutput && error?.remedy?.contains("100 bytes") == true)
  }
}
