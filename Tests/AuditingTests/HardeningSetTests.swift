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
}
