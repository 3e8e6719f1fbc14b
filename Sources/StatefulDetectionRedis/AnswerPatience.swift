/// How long an answer of the server may take: longer each time that none came, and as long as answers take.
///
/// An answer that comes too late is that of questions which are in the stream already, and which would be sent again without end.
package struct AnswerPatience: Sendable {
  package static let shortest = RedisConnection.patience
  /// A server that is gone without a word is noticed this late, if it was slow before.
  package static let longest = Duration.seconds(32)

  package private(set) var current = shortest

  package init() {}

  /// Beyond what each call may take.
  var extra: Duration { current - Self.shortest }

  package mutating func noAnswer() { current = min(current * 2, Self.longest) }

  /// - Parameters:
  ///   - time: how long the answer took.
  package mutating func answer(after time: Duration) { current = min(max(time * 2, Self.shortest), Self.longest) }
}
