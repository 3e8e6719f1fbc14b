import Common
import Files
import FilterPipeline
import Foundation
import TestSupport
import Testing

/// Paths whose names are no UTF-8: in Latin-1, `café.png` has the byte E9.
struct PathTests {
  private static let name: [UInt8] = Array("caf".utf8) + [0xE9] + Array(".png".utf8)

  private let folder: TemporaryFolder
  private let image: [UInt8]
  private let path: RawPath

  init() throws {
    folder = try TemporaryFolder()
    image = try EncodedImages.png()
    path = RawPath(bytes: Array("\(folder.path)/images/".utf8) + Self.name)
    let plain = try folder.file("plain.png", image)
    try FileManager.default.createDirectory(atPath: "\(folder.path)/images", withIntermediateDirectories: true)
    let made = try SluiceCommand.shell("cd '\(folder.path)' && cp '\(plain)' images/$'caf\\xe9.png'")
    #expect(made.status == 0, "\(made.errors)")
  }

  private func inputs(_ paths: PathList) throws -> [EncodedInput] {
    let inputs = RunInputs(paths, limit: 100_000)
    var all: [EncodedInput] = []
    while let input = try inputs.next() { all.append(input) }
    return all
  }

  private func expectTheImage(_ inputs: [EncodedInput]) {
    #expect(inputs.map(\.bytes) == [image])
    #expect(inputs.allSatisfy { $0.problem == nil && $0.source.hasSuffix("/images/caf\u{FFFD}.png") })
  }

  @Test func theyAreOpened() throws { expectTheImage(try inputs(PathList([path]))) }

  @Test func theyAreFoundInFolders() throws {
    expectTheImage(try inputs(PathList([RawPath("\(folder.path)/images")], opensFolders: true)))
    #expect(try folderContents("\(folder.path)/images") == [RawPath(bytes: Self.name)])
  }

  @Test(arguments: [true, false])
  func theyAreReadFromLists(separatedByZero: Bool) throws {
    let list = try folder.file("list", path.bytes + [separatedByZero ? 0 : 10])
    expectTheImage(try inputs(PathList(listedIn: list, separatedByZero: separatedByZero)))
  }

  @Test func theyAreNotWrittenTo() throws {
    let link = "\(folder.path)/link.png"
    #expect(try SluiceCommand.shell("ln \(folder.path)/images/*.png '\(link)'").status == 0)
    let error = #expect(throws: SluiceError.self) { try checkDistinct(outputs: [link], inputs: [], paths: [path]) }
    #expect(error?.code == .sameFile)
  }

  @Test("a list with the line ends of another system says so")
  func carriageReturns() throws {
    let list = try folder.file("list", path.bytes + [13, 10])
    let found = try inputs(PathList(listedIn: list, separatedByZero: false))
    guard found.count == 1, case .unreadable(let error)? = found.first?.problem else {
      Issue.record("there is no such file")
      return
    }
    #expect(error.remedy?.contains("CR LF") == true)
  }

  @Test("a pipe in a folder is an input of its own that cannot be read, and nobody waits for its writer")
  func pipesInFolders() throws {
    #expect(mkfifo("\(folder.path)/images/b.png", 0o600) == 0)
    let found = try inputs(PathList(["\(folder.path)/images"], opensFolders: true))
    guard found.count == 2, case .unreadable(let error)? = found.first?.problem else {
      Issue.record("a pipe and an image were expected")
      return
    }
    #expect(error.message.hasSuffix("/images/b.png is no regular file") && error.remedy != nil)
    expectTheImage(Array(found.dropFirst()))
  }

  @Test("a folder in place of an image says what to do, and only there")
  func folders() throws {
    let found = try inputs(PathList([folder.path]))
    guard case .unreadable(let error)? = found.first?.problem else {
      Issue.record("a folder is no image")
      return
    }
    #expect(error.remedy?.contains("--files-from") == true)
    #expect(#expect(throws: SluiceError.self) { try readFile(folder.path, atMost: 10) }?.remedy == nil)
  }
}
