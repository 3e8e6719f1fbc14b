import Common
import FoundationEssentials
import Logging

/// Writes each log message as one line of JSON.
package struct JSONLogHandler: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  private let lines: LogLines

  package init(level: Logger.Level, lines: LogLines = .standardError) {
    self.lines = lines
    logLevel = level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var members = [
      JSONValue.Member(
        name: "time",
        value: .string(
          Date.now.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted)))),
      JSONValue.Member(name: "level", value: .string(event.level.rawValue)),
      JSONValue.Member(name: "message", value: .string("\(event.message)")),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
    members += [JSONValue.Member](sorted: all, Self.json)
    lines.append(Array((JSONValue.object(members).text + "\n").utf8))
  }

  private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
    switch value {
    case .string(let text): .string(text)
    case .stringConvertible(let value): .string(value.description)
    case .array(let values): .array(values.map(json))
    case .dictionary(let members): .object(sorted: members, json)
    }
  }
}
