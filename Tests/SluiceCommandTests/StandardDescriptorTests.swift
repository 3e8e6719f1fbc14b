import Foundation
import TestSupport
import Testing

/// A command that is started without standard input, output or error.
struct StandardDescriptorTests {
  private let folder: TemporaryFolder
  private let command: String

  init() throws { (folder, command) = try Filters.decodingFolder() }

  @Test func closedInputIsAnErrorOfTheInput() throws {
    let result = try SluiceCommand.shell("\(command) --format none <&-")
    #expect(result.status == 2)
    let error = result.verdicts.first?["error"] as? [String: Any]
    #expect(error?["code"] as? String == "unreadable-file")
    #expect(error?["message"] as? String == "standard input: Bad file descriptor")
  }

  @Test("closed output is an error of the run", arguments: ["--format none", "-o -", "-o tensors.npy"])
  func closedOutput(format: String) throws {
    let result = try SluiceCommand.shell("\(command) \(format) a.png >&-")
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output: Bad file descriptor"))
  }

  @Test(
    "help, settings and the like that cannot be written are an error",
    arguments: [
      "--help", "filter --help", "--version", "--generate-completion-script bash",
      "serve -f decode-only.yaml --print-config",
    ], ["> /dev/full", ">&-"])
  func lostWords(arguments: String, output: String) throws {
    let result = try SluiceCommand.shell("cd '\(folder.path)' && $SLUICE \(arguments) \(output)")
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output: "))
    #expect(try SluiceCommand.shell("cd '\(folder.path)' && $SLUICE \(arguments) > whole && [ -s whole ]").status == 0)
  }

  @Test("what is not used may be closed", arguments: ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
  func unusedStreams(closed: String) throws {
    let result = try SluiceCommand.shell(
      "\(command) -o tensors.npy --verdicts verdicts --summary a.png missing.png \(closed)")
    #expect(result.status == 2)
    let verdicts = try String(decoding: Repository.bytes("\(folder.path)/verdicts"), as: UTF8.self)
    #expect(SluiceCommand.Result.verdicts(in: verdicts).map { $0["action"] as? String } == ["forwarded", "failed"])
    // Words for people stand in no file.
    #expect(verdicts.split(separator: "\n").count == 2)
    var tensors = try Repository.bytes("\(folder.path)/tensors.npy")[...]
    _ = try NumpyArray.next(in: &tensors)
    #expect(tensors.isEmpty)
  }
}
