import Foundation
import TestSupport
import Testing

/// What stands in the place of the outputs when a run begins, and what becomes of it.
struct OutputTests {
  private static let old = "what an earlier run wrote"

  private let folder: TemporaryFolder
  private let command: String

  init() throws {
    (folder, command) = try Filters.decodingFolder()
    try folder.file("keep.npz", Self.old)
    try folder.file("keep.safetensors", Self.old)
  }

  private func contents(_ name: String) throws -> [UInt8] { try Repository.bytes("\(folder.path)/\(name)") }

  @Test(
    "a run that cannot begin leaves older outputs as they are",
    arguments: [
      ("-o keep.npz --files-from missing", ""), ("-o keep.npz --verdicts none/verdicts a.png", ""),
      ("-o keep.npz --verdicts ./keep.npz a.png", ""), ("-o keep.safetensors a.png", "/nonexistent"),
      ("-o keep.npz --files-from keep.list", ""), ("-o verdicts --verdicts keep.npz --files-from keep.list", ""),
    ])
  func runsThatCannotBegin(arguments: String, temporary: String) throws {
    try folder.file("keep.list", "a.png\nkeep.npz\n")
    let result = try SluiceCommand.shell(
      "\(command) \(arguments)", environment: temporary.isEmpty ? [:] : ["TMPDIR": temporary])
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.verdicts.isEmpty)
    #expect(try contents("keep.npz") == Array(Self.old.utf8))
    #expect(try contents("keep.safetensors") == Array(Self.old.utf8))
  }

  @Test(
    "a run that can judge nothing leaves older outputs as they are, and still says what it could not read",
    arguments: [("--files-from - < /dev/null", 0), ("labels.tar", 0), ("missing.png", 1)])
  func nothingToJudge(inputs: String, unreadable: Int) throws {
    try folder.file("labels.tar", TarArchives.archive([("a.cls", [0x37])]))
    for name in ["keep.npz", "keep.safetensors", "keep.npy"] {
      try folder.file(name, Self.old)
      try folder.file("verdicts", Self.old)
      let result = try SluiceCommand.shell("\(command) -o \(name) --verdicts verdicts \(inputs)")
      #expect(result.status == 2, "\(result.errors)")
      #expect(try contents(name) == Array(Self.old.utf8))
      let said = String(decoding: try contents("verdicts"), as: UTF8.self)
      #expect(unreadable > 0 || said == Self.old)
      #expect(SluiceCommand.Result.verdicts(in: said).count == unreadable)
    }
  }

  @Test func aShorterOutputTakesThePlaceOfALongerOne() throws {
    try folder.file("keep.npy", [UInt8](repeating: 1, count: 10_000))
    try folder.file("verdicts", [UInt8](repeating: 1, count: 10_000))
    let result = try SluiceCommand.shell("\(command) -o keep.npy --verdicts verdicts a.png")
    #expect(result.status == 0, "\(result.errors)")
    var rest = try contents("keep.npy")[...]
    _ = try NumpyArray.next(in: &rest)
    #expect(rest.isEmpty)
    #expect(SluiceCommand.Result.verdicts(in: String(decoding: try contents("verdicts"), as: UTF8.self)).count == 1)
    #expect(try contents("verdicts").last == 10)
  }

  @Test("whoever reads a few verdicts and goes keeps whole tensors of them", arguments: ["npz", "safetensors"])
  func closedVerdicts(ending: String) throws {
    let images = "$(printf 'a.png %.0s' $(seq 2000))"
    let result = try SluiceCommand.shell(
      "\(command) -o keep.\(ending) \(images) | head -n 1; echo ${PIPESTATUS[0]}")
    #expect(result.verdicts.count == 1 && result.outputText.hasSuffix("\n141\n"), "\(result.outputText)")
    #expect(result.errors.isEmpty, "\(result.errors)")
    let written = try contents("keep.\(ending)")
    let count = ending == "npz" ? Self.members(ofArchive: written) : Self.tensors(ofSafetensors: written)
    #expect((1..<2000).contains(count ?? 0), "cut off, or of an earlier run")
  }

  /// How many files a ZIP archive says it has; `nil` unless its directory lies right before its end.
  private static func members(ofArchive bytes: [UInt8]) -> Int? {
    let end = bytes.count - 22
    guard end > 0, bytes[end...].starts(with: [0x50, 0x4B, 5, 6]) else { return nil }
    func number(_ offset: Int, bytes count: Int) -> Int { littleEndian(bytes[(end + offset)..<(end + offset + count)]) }
    return number(16, bytes: 4) + number(12, bytes: 4) == end ? number(10, bytes: 2) : nil
  }

  /// How many tensors of the filter's form a safetensors file has; `nil` unless it is as long as its header says.
  private static func tensors(ofSafetensors bytes: [UInt8]) -> Int? {
    let length = littleEndian(bytes.prefix(8))
    guard length > 0, length < bytes.count,
      let header = try? JSONSerialization.jsonObject(with: Data(bytes.dropFirst(8).prefix(length))) as? [String: Any]
    else { return nil }
    return bytes.count == 8 + length + header.count * 3 * 6 * 8 * 4 ? header.count : nil
  }

  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  @Test(
    "a standard stream is the same one by its name, which a run does not empty",
    arguments: [
      ("-o /dev/stdout", "out", "err"), ("-o /dev/stdout --verdicts /dev/stderr", "out", "err"),
      ("-o /dev/stderr", "err", "out"), ("-o new.npy --verdicts /dev/stdout", "new.npy", "out"),
      ("-o new.npy --verdicts /dev/stderr", "new.npy", "err"),
    ])
  func namedStreams(arguments: String, tensors: String, verdicts: String) throws {
    let result = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && exec > out 2> err && printf before && printf before >&2
      $SLUICE filter -f decode-only.yaml \(arguments) a.png
      """)
    let before = Array("before".utf8)
    var written = try contents(tensors)[...]
    if tensors != "new.npy" { written = written.dropFirst(before.count) }
    #expect(result.status == 0)
    _ = try NumpyArray.next(in: &written)
    #expect(written.isEmpty)
    let said = try contents(verdicts)
    #expect(said.starts(with: before))
    #expect(SluiceCommand.Result.verdicts(in: String(decoding: said.dropFirst(before.count), as: UTF8.self)).count == 1)
  }

  @Test(
    "tensors and verdicts do not go to one stream, whatever it is called",
    arguments: [
      ("--verdicts /dev/stdout", "standard output"), ("-o /dev/stdout --verdicts -", "standard output"),
      ("-o /dev/stderr --verdicts /dev/stderr", "standard error"),
    ])
  func oneStream(arguments: String, name: String) throws {
    let result = try SluiceCommand.shell("\(command) \(arguments) a.png")
    #expect(result.status == 2 && result.errors.contains("cannot both go to \(name)"), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test("a place for tensors is refused where none are to be written, and what it holds stays")
  func noTensors() throws {
    try folder.file("keep.npy", Self.old)
    for name in ["keep.npy", "keep.npz", "new.npy"] {
      let result = try SluiceCommand.shell("\(command) -o \(name) --format none a.png")
      #expect(result.status == 2 && result.output.isEmpty)
      #expect(result.errors.contains("\(name): --format none writes no tensors"), "\(result.errors)")
    }
    for name in ["keep.npy", "keep.npz"] { #expect(try contents(name) == Array(Self.old.utf8)) }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/new.npy"))
    for place in ["-", "/dev/null", "/dev/stdout"] {
      let result = try SluiceCommand.shell("\(command) -o \(place) --format none a.png")
      #expect(result.status == 0 && result.verdicts.count == 1, "\(result.errors)")
    }
  }

  @Test("two names of one file that does not exist yet are refused", arguments: ["./new.npy", "link.npy"])
  func oneNewFile(name: String) throws {
    let result = try SluiceCommand.shell(
      "cd '\(folder.path)' && ln -s new.npy link.npy; \(command) -o new.npy --verdicts \(name) a.png")
    #expect(result.status == 2 && result.errors.contains("used for two things at once"), "\(result.errors)")
  }

  @Test("a name that is no UTF-8 is refused where another file would be taken for it")
  func namesInOtherEncodings() throws {
    for arguments in ["-o $'o\\xe9.npz' a.png", "--output=$'o\\xe9.npz' a.png", "--verdicts $'o\\xe9' -o o.npy a.png"] {
      let result = try SluiceCommand.shell("\(command) \(arguments)")
      #expect(result.status == 2 && result.errors.contains("not UTF-8"), "\(result.errors)")
    }
    let filter = try SluiceCommand.shell("cd '\(folder.path)' && $SLUICE filter -f $'f\\xe9.yaml' a.png")
    #expect(filter.status == 2 && filter.errors.contains("not UTF-8"), "\(filter.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasPrefix("o") })
    // The character that stands for such bytes may well be meant.
    let meant = try SluiceCommand.shell("\(command) -o $'o\\xef\\xbf\\xbd.npy' a.png")
    #expect(meant.status == 0, "\(meant.errors)")
    #expect(try contents("o\u{FFFD}.npy").isEmpty == false)
  }

  @Test("images whose names are no UTF-8 are fitted to")
  func referenceImages() throws {
    let result = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && cp a.png $'r\\xe9.png' && $SLUICE reference -f decode-only.yaml -o r.json r*.png
      """)
    #expect(result.status == 2 && !result.errors.contains("left out"), "\(result.errors)")
  }

  @Test(
    "what a filter names, and what has others beside it, is a file and no standard stream",
    arguments: [
      "calibrate -f decode-only.yaml --clean a.png -o -", "quantise -f decode-only.yaml -o - a.png",
      "init model.onnx -o -", "witness -f decode-only.yaml --photos a.png -o /dev/stdout",
    ])
  func namedOutputs(arguments: String) throws {
    let result = try SluiceCommand.shell("cd '\(folder.path)' && $SLUICE \(arguments); echo $?; ls")
    #expect(result.outputText.hasPrefix("2\n") && !result.outputText.contains("\n-\n"), "\(result.outputText)")
    #expect(result.errors.contains("standard output"), "\(result.errors)")
  }

  @Test("a run that waits for the reader of a pipe ends with the first signal")
  func pipesWithoutReaders() throws {
    let script = """
      cd '\(folder.path)'; mkfifo pipe.npy
      $SLUICE filter -f decode-only.yaml -o pipe.npy a.png > verdicts &
      sluice=$!
      for i in $(seq 50); do grep -qs partner /proc/$sluice/task/*/wchan && break; sleep 0.1; done
      kill -TERM $sluice
      for i in $(seq 50); do kill -0 $sluice 2> /dev/null || break; sleep 0.1; done
      kill -KILL $sluice 2> /dev/null
      wait $sluice
      echo $?
      """
    #expect(try SluiceCommand.shell(script).outputText == "143\n")
  }
}
