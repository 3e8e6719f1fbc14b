import Files
import Foundation
import ModelSetup
import TestSupport
import Testing

struct TrialPhotographsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["photos", "elsewhere"] { try makeFolder("\(folder.path)/\(name)") }
    for (index, path) in ["photos/a.png", "elsewhere/b.png"].enumerated() {
      try folder.file(path, try NoisePictures.picture(index, .usual))
    }
  }

  private var photos: [RawPath] { [RawPath("\(folder.path)/photos")] }

  @Test("photographs in a folder that a link leads to count as others do")
  func links() throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/photos/more", withDestinationPath: "../elsewhere")
    let sources = try TrialPhotographs(photos, count: 10) { _ in nil }.photographs.map(\.source)
    #expect(sources == ["a.png", "more/b.png"].map { "\(folder.path)/photos/\($0)" })
    #expect(try TrialPhotographs.count(photos, upTo: 10) == 2)
  }

  @Test("pipes in folders are passed over, as whatever else is no picture")
  func pipes() throws {
    #expect(mkfifo("\(folder.path)/photos/b.png", 0o600) == 0)
    #expect(try TrialPhotographs(photos, count: 10) { _ in nil }.photographs.count == 1)
    #expect(try TrialPhotographs.files(photos, atMost: 10).count == 1)
  }
}
