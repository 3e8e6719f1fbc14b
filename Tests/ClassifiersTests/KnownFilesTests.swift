import Classifiers
import Common
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

struct KnownFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A digest for tests, the contents themselves, and how often each file was read.
  private final class Readings: Sendable {
    let counts = Mutex<[String: Int]>([:])
    let blockLength: Int

    init(blockLength: Int = 1 << 16) { self.blockLength = blockLength }

    @Sendable func read(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(SluiceError) -> String {
      counts.withLock { $0[path, default: 0] += 1 }
      let bytes = try readFile(path, atMost: 10_000)
      for start in stride(from: 0, to: bytes.count, by: blockLength) {
        body(bytes[start..<min(start + blockLength, bytes.count)])
      }
      return Data(bytes).base64EncodedString()
    }

    func known() -> KnownFiles {
      KnownFiles { [self] (path, body) throws(SluiceError) -> String in try read(path, body) }
    }
  }

  /// What ONNX writes of a tensor whose data lies elsewhere.
  private static func member(_ name: String) -> [UInt8] {
    let content = [0x0A, 8] + Array("location".utf8) + [0x12, UInt8(name.utf8.count)] + Array(name.utf8)
    return [0x6A, UInt8(content.count)] + content
  }

  @Test func aFileIsReadOnceForItsDigestAndItsWeights() throws {
    let readings = Readings()
    let known = readings.known()
    let bytes: [UInt8] = [1, 2] + Self.member("a.data") + [3]
    let path = try folder.file("model.onnx", bytes)
    try folder.file("a.data", "weights")
    for _ in 0..<3 {
      #expect(known.weightFiles(ofModelAt: path).files == WeightFiles(ofModelAt: path).files)
      #expect(try known.sha256(ofFile: path) == Data(bytes).base64EncodedString())
      #expect(try known.sha256(ofFile: "\(folder.path)/a.data") == Data("weights".utf8).base64EncodedString())
    }
    #expect(readings.counts.withLock { $0 } == [path: 1, "\(folder.path)/a.data": 1])
  }

  @Test func aFileThatWasChangedOrReplacedIsReadAgain() throws {
    let readings = Readings()
    let known = readings.known()
    let path = try folder.file("model.onnx", Self.member("old"))
    #expect(known.weightFiles(ofModelAt: path).files.map(\.name) == ["old"])
    try folder.file("model.onnx", Self.member("longer"))
    #expect(known.weightFiles(ofModelAt: path).files.map(\.name) == ["longer"])
    try replaceFile(path, with: Self.member("others"))
    #expect(known.weightFiles(ofModelAt: path).files.map(\.name) == ["others"])
    #expect(try known.sha256(ofFile: path) == Data(Self.member("others")).base64EncodedString())
    #expect(readings.counts.withLock { $0 } == [path: 3])
  }

  @Test func whatChangesWhileItIsReadIsNotRemembered() throws {
    let path = try folder.file("model.onnx", "first")
    let readings = Readings()
    let folder = folder
    let known = KnownFiles { (path, body) throws(SluiceError) -> String in
      let digest = try readings.read(path, body)
      if digest == Data("first".utf8).base64EncodedString() { _ = try? folder.file("model.onnx", "second one") }
      return digest
    }
    let digests = try (0..<3).map { _ in try known.sha256(ofFile: path) }
    #expect(digests == ["first", "second one", "second one"].map { Data($0.utf8).base64EncodedString() })
    #expect(readings.counts.withLock { $0 } == [path: 2])
  }

  @Test func whatCannotBeReadIsAskedForAgain() throws {
    let known = Readings().known()
    let path = "\(folder.path)/model.onnx"
    #expect(known.weightFiles(ofModelAt: path).files.isEmpty)
    #expect(throws: SluiceError.self) { try known.sha256(ofFile: path) }
    #expect(throws: SluiceError.self) { try known.sha256(ofFile: folder.path) }
    try folder.file("model.onnx", "there")
    #expect(try known.sha256(ofFile: path) == Data("there".utf8).base64EncodedString())
  }

  @Test("several who ask at once wait for one reading")
  func concurrentQuestions() throws {
    let readings = Readings()
    let known = readings.known()
    let path = try folder.file("model.onnx", Self.member("weights"))
    DispatchQueue.concurrentPerform(iterations: 16) { number in
      if number % 2 == 0 { _ = try? known.sha256(ofFile: path) } else { _ = known.weightFiles(ofModelAt: path) }
    }
    #expect(readings.counts.withLock { $0 } == [path: 1])
  }

  @Test("names of weights are found whatever the blocks are in which a model comes")
  func blocks() throws {
    let names = ["b", String(repeating: "a", count: 90), "c.data"]
    let gaps: [[UInt8]] = [[], [0x0A], [0x0A, 8, 0x0A], Array("location".utf8)]
    for gap in gaps {
      let path = try folder.file("model.onnx", names.flatMap { Self.member($0) + gap } + Self.member("b"))
      let whole = WeightFiles(ofModelAt: path).files
      #expect(whole.map(\.name) == names.sorted())
      for length in Array(1...40) + [100, 117, 118, 119, 200, 1000] {
        let known = Readings(blockLength: length).known()
        #expect(known.weightFiles(ofModelAt: path).files == whole, "\(gap), \(length)")
      }
    }
  }
}
