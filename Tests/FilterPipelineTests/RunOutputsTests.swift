import Common
import Files
import FilterPipeline
import Foundation
import TestSupport
import Testing

struct RunOutputsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func outputs(
    _ tensors: String, _ verdicts: String, _ format: TensorFormat = .npy
  ) throws(SluiceError) -> RunOutputs {
    try RunOutputs(
      tensors: .overwriting("\(folder.path)/\(tensors)"), format: format,
      verdicts: .overwriting("\(folder.path)/\(verdicts)"))
  }

  @Test("one file under two names that did not exist is not written twice", arguments: ["./new", "link"])
  func oneNewFile(name: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "new")
    let error = #expect(throws: SluiceError.self) { try outputs("new", name) }
    #expect(error?.code == .sameFile)
  }

  @Test("what a disk reports only when a file is closed ends the run", arguments: ["tensors", "verdicts"])
  func lateFailures(of name: String) throws {
    let outputs = try outputs("tensors", "verdicts")
    try LateFailure.arrange(for: "\(folder.path)/\(name)")
    let error = #expect(throws: SluiceError.self) { try outputs.finish() }
    #expect(error?.code == .unwritableOutput && error?.message.contains(name) == true)
  }

  @Test(
    "an output that a list of paths names ends the run before anything of it is lost",
    arguments: ["in.tar", "./in.tar"])
  func listedOutputs(name: String) throws {
    let archive = TarArchives.archive([("a.png", try EncodedImages.png())])
    let path = try folder.file("in.tar", archive)
    let list = try folder.file("list", "\(folder.path)/\(name)\n")
    let outputs = try outputs("in.tar", "verdicts", .tar)
    let inputs = RunInputs(
      try PathList(listedIn: list, separatedByZero: false), limit: 100_000, outputs: outputs.namedFiles)
    let error = #expect(throws: SluiceError.self) { try inputs.next() }
    #expect(error?.code == .sameFile)
    #expect(try Repository.bytes(path) == archive)
  }
}
