import AuditLog
import Auditing
import Common
import Foundation
import TestSupport
import Testing

struct HardeningSetTests {
  private let folder: TemporaryFolder
  private let path: String
  private let review = ReviewedImage(sha256: String(repeating: "ab", count: 32), label: .clean, path: "a.png")

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/set"
  }

  @Test("what a disk reports only when a shard is closed ends the export")
  func lateFailures() throws {
    let set = try HardeningSet(in: path, as: .shards)
    try set.add(review, try EncodedImages.png())
    try LateFailure.arrange(for: "\(path)/shards/train-000000.tar")
    let error = #expect(throws: SluiceError.self) { try set.finish() }
    #expect(error?.message.contains("train-000000.tar") == true)
  }

  @Test("a set that no image was added to leaves its folder empty", arguments: HardeningSet.Form.allCases)
  func nothingAdded(form: HardeningSet.Form) throws {
    let set = try HardeningSet(in: path, as: form)
    #expect(throws: SluiceError.self) { try set.add(review, [1, 2, 3]) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    let next = try HardeningSet(in: path, as: form)
    try next.add(review, try EncodedImages.png())
    try next.finish()
    let folders = ["shards": form != .folder, "images": form != .shards]
    for (name, isThere) in folders {
      #expect(FileManager.default.fileExists(atPath: "\(path)/\(name)") == isThere)
    }
  }
}
