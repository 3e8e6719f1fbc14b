import Common
import Files
import Foundation
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file("a", "old contents")
  }

  private var contents: String {
    get throws { String(decoding: try readFile(path, atMost: 100), as: UTF8.self) }
  }

  @Test func whatAFileHeldIsLostWithTheFirstWriteAndNotBefore() throws {
    let file = try OutputFile.overwriting(path)
    #expect(try contents == "old contents" && file.hasOldContents)
    try file.write(Array("new".utf8))
    #expect(try contents == "new" && !file.hasOldContents)
    try file.write(Array("er".utf8))
    try file.close()
    #expect(try contents == "newer")
  }

  @Test func whatNothingIsWrittenToIsEmptiedByClosingIt() throws {
    _ = try OutputFile.overwriting(path)
    #expect(try contents == "old contents")
    let file = try OutputFile.overwriting(path)
    try file.close()
    try file.close()
    #expect(try contents.isEmpty)
  }

  @Test func whatCannotBeEmptiedIsWrittenTo() throws {
    let file = try OutputFile.overwriting("/dev/null")
    try file.write([1])
    try file.close()
    #expect(file.identity == nil && !file.hasOldContents)
  }

  @Test func oneFileIsKnownByAnyOfItsNames() throws {
    #expect(link(path, "\(folder.path)/same") == 0)
    let file = try OutputFile.overwriting(path)
    #expect(try file.isSameFile(as: .overwriting("\(folder.path)/./same")))
    #expect(try !file.isSameFile(as: .overwriting("\(folder.path)/b")))
    #expect(try !OutputFile.overwriting("/dev/null").isSameFile(as: .overwriting("/dev/null")))
    #expect(!OutputFile.standardOutput().isSameFile(as: .standardOutput()))
  }

  @Test func whatTheDiskReportsAtTheEndIsAnError() throws {
    let file = try OutputFile.overwriting(path)
    try file.write([1])
    try LateFailure.arrange(for: path)
    let error = #expect(throws: SluiceError.self) { try file.close() }
    #expect(error?.code == .unwritableOutput && error?.message.contains(path) == true)
  }
}
