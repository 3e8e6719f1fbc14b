import AuditLog
import Common
import Files
import FilterPipeline
import FoundationEssentials

/// Reviews in a file: a JSON object a line, with `sha256`, `label`, `path`, and if known `class` and `attack`.
///
/// Where an image was reviewed more than once, the last line counts.
package struct ReviewList: Sendable {
  /// One for each image, in the order in which images first occur.
  package let reviews: [ReviewedImage]

  /// Some hundred thousand reviews.
  package static let maxBytes = 200_000_000
  private static let longestLine = 65_536
  private static let jsonLimits = JSONValue.Limits(depth: 8, values: 1000)
  private static let keys: Set<String> = ["sha256", "label", "path", "class", "attack"]

  /// - Throws: `unreadable-file`; `invalid-review`, naming the line and what is permitted.
  package init(_ path: String) throws(SluiceError) {
    let folder = path.containingFolder
    var order: [String] = []
    var latest: [String: ReviewedImage] = [:]
    let lines = try readFile(path, atMost: Self.maxBytes).split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) {
      do throws(SluiceError) {
        var review = try Self.review(line)
        review.path = review.path.path(inFolder: folder)
        if latest.updateValue(review, forKey: review.sha256) == nil { order.append(review.sha256) }
      } catch {
        throw error.naming("\(path):\(index + 1)")
      }
    }
    reviews = order.compactMap { latest[$0] }
  }

  private static func review(_ line: ArraySlice<UInt8>) throws(SluiceError) -> ReviewedImage {
    guard line.count <= longestLine else {
      throw invalid("a line of \(line.count) bytes; at most \(longestLine) are permitted")
    }
    guard let contents = try? Contents(json: Array(line), limits: jsonLimits) else {
      throw invalid(
        "not an object with the texts sha256, label and path, and if known a number class and a text attack")
    }
    if let unknown = contents.names.subtracting(keys).sorted().first {
      throw invalid("`\(unknown)` is not a known key; the keys are \(keys.sorted().joined(separator: ", "))")
    }
    guard contents.sha256.isDigest else {
      throw invalid("`sha256` must be 64 hexadecimal digits in lower case")
    }
    guard let label = ImageReview.Label(rawValue: contents.label) else {
      throw invalid("`label` must be \(ImageReview.Label.allCases.map(\.rawValue).joined(separator: " or "))")
    }
    guard !contents.path.isEmpty, !contents.path.utf8.contains(0) else { throw invalid("`path` must name a file") }
    guard contents.trueClass.map({ (0..<1_000_000).contains($0) }) ?? true else {
      throw invalid("`class` must be a number from 0 to 999999")
    }
    return ReviewedImage(
      sha256: contents.sha256, label: label, path: contents.path, trueClass: contents.trueClass, attack: contents.attack
    )
  }

  private static func invalid(_ problem: String) -> SluiceError { SluiceError(.invalidReview, problem) }

  private struct Contents: Decodable {
    let sha256: String
    let label: String
    let path: String
    let trueClass: Int?
    let attack: String?
    let names: Set<String>

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: Key.self)
      names = Set(members.allKeys.map(\.stringValue))
      sha256 = try members.decode(String.self, forKey: Key("sha256"))
      label = try members.decode(String.self, forKey: Key("label"))
      path = try members.decode(String.self, forKey: Key("path"))
      trueClass = try members.decodeIfPresent(Int.self, forKey: Key("class"))
      attack = try members.decodeIfPresent(String.self, forKey: Key("attack"))
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}
