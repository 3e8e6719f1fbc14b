import Common
import Files
import ModelSetup
import TestSupport
import Testing

/// A path that leads nowhere is said to, whatever it was to be.
struct MissingPathTests {
  private let folder: TemporaryFolder
  private var missing: String { "\(folder.path)/nowhere" }

  init() throws { folder = try TemporaryFolder() }

  private func expectMissing(_ error: SluiceError?) {
    #expect(error?.code == .unreadableFile && error?.message == "\(missing): No such file or directory")
  }

  @Test("also beside photographs that are there")
  func photographs() throws {
    let picture = try folder.file("a.png", try NoisePictures.picture(1, .usual))
    for paths in [[missing], [picture, missing]] {
      expectMissing(
        #expect(throws: SluiceError.self) {
          try TrialPhotographs(paths.map { RawPath($0) }, count: 3) { _ in nil }
        })
    }
  }

  @Test func tensors() {
    expectMissing(#expect(throws: SluiceError.self) { _ = try TensorSource(missing) })
  }

  @Test func imagesOfTensors() throws {
    expectMissing(
      #expect(throws: SluiceError.self) { _ = try TensorSource(folder.path).pairs([RawPath(missing)]) })
  }
}
