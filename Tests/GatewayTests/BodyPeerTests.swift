import Common
import Foundation
import Gateway
import ImageCodecs
import TestSupport
import Testing

/// Where programs are that read bodies as others do.
private enum BodyReaders {
  static let python: String? = {
    let environment = ProcessInfo.processInfo.environment
    let data = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? "")/.local/share"
    let python = "\(data)/sluice/peers/bin/python"
    let hasReaders = try? SluiceCommand.shell("'\(python)' -c 'import werkzeug, starlette, django' 2>/dev/null").status
    return hasReaders == 0 ? python : nil
  }()
}

/// Forms as other programs read them, beside what is judged of them.
@Suite(.enabled(if: BodyReaders.python != nil, "needs Python packages: werkzeug, starlette, django"))
struct BodyPeerTests {
  @Test("no reader takes an image out of a form that was neither judged nor refused", arguments: [1, 2, 3, 4])
  func nothingIsMissed(seed: UInt64) throws {
    let clean = try EncodedImages.png(width: 3, height: 2, seed: 1)
    let adversarial = try EncodedImages.jpeg(width: 9, height: 9, seed: 2)
    var generator = BodyGenerator(seed: seed, clean: clean, adversarial: adversarial)
    let bodies = (0..<1000).map { _ in generator.next() }
    var (answered, refused) = (0, 0)
    for (body, readings) in zip(bodies, try readings(bodies)) {
      let found = Set(readings.values.joined())
      let images = judged(body)
      guard let images else {
        if !found.isEmpty { refused += 1 }
        continue
      }
      for (reader, seen) in readings where !Set(seen).isSubset(of: images.map(\.base64)) {
        Issue.record(
          "\(reader) takes another image out of \(body.type): \(String(decoding: body.bytes, as: UTF8.self))")
      }
      if !found.isEmpty { answered += 1 }
    }
    // Were all of them refused, or all of them sound, the comparison would say nothing.
    #expect(answered > 50 && refused > 300, "\(answered) judged, \(refused) refused")
  }

  /// The images that are judged; `nil` for a body that is refused, be it because of one that is none of the permitted.
  private func judged(_ body: BodyGenerator.Body) -> [[UInt8]]? {
    guard let images = try? CarriedImages(body.bytes, contentTypes: [body.type]).images,
      images.allSatisfy({ ImageFormat.at(0, in: $0.span) != nil })
    else { return nil }
    return images
  }

  /// For each body, the images that each reader takes out of it.
  private func readings(_ bodies: [BodyGenerator.Body]) throws -> [[String: [String]]] {
    let folder = try TemporaryFolder()
    let lines = bodies.map { body in
      JSONValue.object(["type": .string(body.type), "body": .string(body.bytes.base64)]).text
    }
    let path = try folder.file("bodies", lines.joined(separator: "\n"))
    let python = try #require(BodyReaders.python)
    let script = Repository.file("Tests/GatewayTests/Peers/parse_bodies.py")
    let result = try SluiceCommand.shell("'\(python)' '\(script)' '\(path)'")
    try #require(result.status == 0, "\(result.errors)")
    let readings = try result.outputText.split(separator: "\n").map { line in
      try JSONDecoder().decode([String: [String]].self, from: Data(line.utf8))
    }
    try #require(readings.count == bodies.count)
    return readings
  }
}
