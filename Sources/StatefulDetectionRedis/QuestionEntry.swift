import Common
import StatefulDetection

/// A question as an entry of the stream has it: one field, of 812 bytes and its two names.
///
///     offset  bytes  what, integers little-endian
///     0       1      version: 1
///     1       1      outcome: 0 clean, 1 adversarial, 2 failed
///     2       1      what is there: 1 client, 2 label, 4 score, 8 log odds
///     3       1      length of the record's name
///     4       1      length of the client's name
///     5       3      0
///     8       8      the gateway that wrote it: a random number
///     16      8      milliseconds since 1970
///     24      8      the beginning of the filter's digest
///     32      4      label; 0 without one, like the next two
///     36      4      score, as the bits of a float
///     40      4      log odds, likewise
///     44      768    fingerprint
///     812            record, then client, in UTF-8
///
/// Rejected alternatives: a field for each, whose names would be repeated in every entry; JSON, in which a fingerprint
/// takes 1024 bytes; a digest in the place of the client's name, from which an address is found by trying all of them, and which
/// would give one client two names.
package struct QuestionEntry: Sendable, Hashable {
  /// Which gateway wrote it. A gateway passes over its own.
  package var writer: UInt64
  package var question: Question

  package static let field = Array("q".utf8)
  /// Longer names are cut: by far the most are shorter.
  package static let longestName = 255

  package init(writer: UInt64, question: Question) {
    self.writer = writer
    self.question = question
  }

  private static let version: UInt8 = 1
  private static let headLength = 44
  private static let namesStart = headLength + Fingerprint.byteCount
  /// The year 9999 is over.
  private static let times: Range<Int64> = 0..<253_402_300_800_000

  private struct Parts: OptionSet {
    let rawValue: UInt8
    static let client = Parts(rawValue: 1)
    static let label = Parts(rawValue: 2)
    static let score = Parts(rawValue: 4)
    static let logOdds = Parts(rawValue: 8)
    static let all: Parts = [.client, .label, .score, .logOdds]
  }
}

extension QuestionEntry {
  /// As it stands in the stream.
  package var bytes: [UInt8] {
    let answer = question.answer
    let label = answer.label.flatMap { $0 < 0 ? nil : Int32(exactly: $0) }
    let record = Self.cut(question.record)
    let client = question.client.map(Self.cut)
    var parts: Parts = []
    if client != nil { parts.insert(.client) }
    if label != nil { parts.insert(.label) }
    if answer.score != nil { parts.insert(.score) }
    if answer.logOdds != nil { parts.insert(.logOdds) }
    var bytes: [UInt8] = [
      Self.version, answer.outcome.rawValue, parts.rawValue, UInt8(record.count), UInt8(client?.count ?? 0), 0, 0, 0,
    ]
    bytes.append(littleEndian: writer)
    bytes.append(littleEndian: question.time)
    bytes.append(littleEndian: answer.filter)
    bytes.append(littleEndian: label ?? 0)
    bytes.append(littleEndian: (answer.score ?? 0).bitPattern)
    bytes.append(littleEndian: (answer.logOdds ?? 0).bitPattern)
    return bytes + question.fingerprint.bytes + record + (client ?? [])
  }

  /// As much of a name as there is room for, without half a character at its end.
  private static func cut(_ name: String) -> [UInt8] {
    var bytes = Array(name.utf8.prefix(longestName + 1))
    guard bytes.count > longestName else { return bytes }
    while let last = bytes.popLast(), last & 0b1100_0000 == 0b1000_0000 {}
    return bytes
  }
}

extension QuestionEntry {
  /// Reads what somebody put into the stream.
  ///
  /// - Returns: `nil` for anything that `bytes` does not write.
  package init?(bytes: [UInt8]) {
    guard bytes.count >= Self.namesStart, bytes[0] == Self.version, bytes[5...7].allSatisfy({ $0 == 0 }) else {
      return nil
    }
    let parts = Parts(rawValue: bytes[2])
    let (recordLength, clientLength) = (Int(bytes[3]), Int(bytes[4]))
    guard parts.isSubset(of: .all), parts.contains(.client) || clientLength == 0,
      bytes.count == Self.namesStart + recordLength + clientLength
    else { return nil }
    let clientStart = Self.namesStart + recordLength
    guard let answer = Self.answer(bytes, parts), let time = Self.time(bytes),
      let fingerprint = Fingerprint(bytes: Array(bytes[Self.headLength..<Self.namesStart])),
      let record = String(validating: bytes[Self.namesStart..<clientStart], as: UTF8.self),
      let client = String(validating: bytes[clientStart...], as: UTF8.self)
    else { return nil }
    writer = bytes.littleEndian(at: 8)
    question = Question(
      record: record, client: parts.contains(.client) ? client : nil, time: time, fingerprint: fingerprint,
      answer: answer)
  }

  private static func time(_ bytes: [UInt8]) -> Int64? {
    let time: Int64 = bytes.littleEndian(at: 16)
    return times.contains(time) ? time : nil
  }

  private static func answer(_ bytes: [UInt8], _ parts: Parts) -> Answer? {
    guard let outcome = Answer.Outcome(rawValue: bytes[1]) else { return nil }
    let label: Int32 = bytes.littleEndian(at: 32)
    let score = Float(bitPattern: bytes.littleEndian(at: 36))
    let logOdds = Float(bitPattern: bytes.littleEndian(at: 40))
    // What is not there is zero to the bit, and what is there is in its range: neither a number's absence nor its
    // nonsense gets any further.
    guard label >= 0, parts.contains(.label) || label == 0,
      parts.contains(.score) ? (0...1).contains(score) : score.bitPattern == 0,
      parts.contains(.logOdds) ? !logOdds.isNaN : logOdds.bitPattern == 0
    else { return nil }
    return Answer(
      outcome: outcome, label: parts.contains(.label) ? Int(label) : nil, score: parts.contains(.score) ? score : nil,
      logOdds: parts.contains(.logOdds) ? logOdds : nil, filter: bytes.littleEndian(at: 24))
  }
}
