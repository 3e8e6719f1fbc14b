/// Entries of a stream, as a reply to XREAD or XREVRANGE has them.
package struct StreamEntries: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let position: StreamPosition
    /// What it holds, if that is a question.
    package let question: QuestionEntry?
  }

  /// Those that have arrived whole, in the order of the reply.
  package private(set) var entries: [Entry] = []
  /// Where the entry stands in which a reply ended that is too large.
  package private(set) var incomplete: StreamPosition?

  /// - Parameters:
  ///   - reply: a reply to XREAD of one stream, or what has arrived of it.
  /// - Returns: `nil` for a reply of another form.
  package init?(reading reply: RedisReply) {
    guard reply != .null else {
      self.init(ranging: .array([]))
      return
    }
    guard let streams = reply.elements, streams.count == 1, let stream = streams[0].elements, stream.count == 2 else {
      return nil
    }
    self.init(ranging: stream[1])
  }

  /// - Parameters:
  ///   - reply: a reply to XREVRANGE, or what has arrived of it.
  /// - Returns: `nil` for a reply of another form.
  package init?(ranging reply: RedisReply) {
    guard let elements = reply.elements else { return nil }
    for element in elements where element != .missing {
      guard let parts = element.elements, parts.count == 2 else { return nil }
      if parts[0] == .missing { break }
      guard let position = parts[0].content.flatMap(StreamPosition.init) else { return nil }
      guard Self.isWhole(parts[1]) else {
        incomplete = position
        break
      }
      entries.append(Entry(position: position, question: Self.question(parts[1])))
    }
  }

  private static func isWhole(_ fields: RedisReply) -> Bool {
    fields != .missing && fields.elements?.contains(.missing) != true
  }

  /// - Parameters:
  ///   - fields: names and values by turns.
  private static func question(_ fields: RedisReply) -> QuestionEntry? {
    guard let fields = fields.elements, fields.count == 2, fields[0].content == QuestionEntry.field else { return nil }
    return fields[1].content.flatMap(QuestionEntry.init(bytes:))
  }
}
