import Classifiers
import Common
import Files

/// Walks the fields of one message of a protocol buffer in a file, without reading what is not wanted.
struct ProtobufFileFields {
  /// Where a length-delimited field lies in the file.
  struct Field {
    let number: Int
    let offset: Int
    let count: Int
  }

  /// Fields of a message that are looked at: a graph of a million nodes is one field.
  private static let mostFields = 100_000

  /// The length-delimited fields of the message in a range of the file, in their order; those up to where it stops being
  /// a message.
  ///
  /// - Parameters:
  ///   - limit: how many fields are looked at.
  /// - Complexity: O(fields), each of which takes one or two short reads.
  static func lengthDelimited(
    _ file: borrowing RandomAccessFile, _ range: Range<Int>, atMost limit: Int = mostFields
  ) -> [Field] {
    var fields: [Field] = []
    var position = range.lowerBound
    for _ in 0..<limit {
      guard let tag = Varint.read(file, at: &position, before: range.upperBound), tag >> 3 > 0, tag >> 3 < 1 << 29
      else { break }
      switch tag & 7 {
      case 0:
        guard Varint.read(file, at: &position, before: range.upperBound) != nil else { return fields }
      case 1: position += 8
      case 2:
        guard let length = Varint.read(file, at: &position, before: range.upperBound), let count = Int(exactly: length),
          count <= range.upperBound - position
        else { return fields }
        fields.append(Field(number: Int(tag >> 3), offset: position, count: count))
        position += count
      case 5: position += 4
      default: return fields
      }
      guard position < range.upperBound else { break }
    }
    return fields
  }
}
