import AuditLog
import Auditing
import Common
import ImageCodecs
import Pixels

/// The fingerprint of a question as a picture: what is left of an image that was not kept.
enum QuestionPicture {
  private static let prefix = "question-"

  /// What it is called in an address.
  static func name(_ place: Int) -> String { prefix + String(place) }

  /// The place that a name stands for; `nil` for one of another picture.
  static func place(_ name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    return Int(name.dropFirst(prefix.count))
  }

  /// 16 × 16 pixels as a PNG; `nil` where the record has no such question.
  ///
  /// - Throws: what encoding throws.
  static func png(_ place: Int, of record: StoredRecord) throws(SluiceError) -> [UInt8]? {
    guard record.knownKind == .search else { return nil }
    let questions = record.search.sample.prefix(RecordedSearch.maxQuestions)
    guard questions.indices.contains(place), let pixels = questions[place].pixels else { return nil }
    let size = PixelSize(width: RecordedQuestion.side, height: RecordedQuestion.side)
    return try PixelImage(size: size, channels: .rgb, samples: pixels).encodedAsPNG()
  }
}
