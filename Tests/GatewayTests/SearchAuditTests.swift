import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

extension GatewayProcesses {
  /// A search from the first question to the page that shows it, on a gateway that changes no answer.
  @Suite struct SearchAuditTests {
    /// Versions of an attack, and in turns of the same picture smoothed, which gives the class back that it shows: as if somebody felt
    /// for the boundary between two classes.
    private static func questions(_ count: Int) throws -> [[UInt8]] {
      let attack = try ImageDecoder().decode(Signs.adversarial.span).takePixels()
      let size = attack.size
      let samples = (0..<attack.samples.count).map { attack.samples[$0] }
      let smoothed = Self.smoothed(samples, size)
      return try (0..<count).map { number in
        var version = number.isMultiple(of: 2) ? samples : smoothed
        // Another image each time, which looks the same.
        for place in stride(from: number, to: version.count, by: 97) { version[place] ^= 1 }
        return try PixelImage(size: size, channels: .rgb, samples: version).encodedAsPNG()
      }
    }

    /// Means of 3 × 3 pixels.
    private static func smoothed(_ samples: [UInt8], _ size: PixelSize) -> [UInt8] {
      (0..<samples.count).map { place in
        let (pixel, channel) = (place / 3, place % 3)
        let (x, y) = (pixel % size.width, pixel / size.width)
        var (sum, count) = (0, 0)
        for row in max(0, y - 1)...min(size.height - 1, y + 1) {
          for column in max(0, x - 1)...min(size.width - 1, x + 1) {
            sum += Int(samples[3 * (row * size.width + column) + channel])
            count += 1
          }
        }
        return UInt8(sum / count)
      }
    }

    @Test("it is recorded when it is noticed and when it has become longer, and so it is shown; no answer changes")
    func recorded() async throws {
      let gateway = try RunningGateway([
        "--audit-token", "alice:a-token-for-the-pages", "--audit-client", "header:X-Client",
        "--query-guard", "silent",
      ])
      let sender = WebClient(port: gateway.http)
      var answers: [Int] = []
      for image in try Self.questions(120) {
        answers.append(try await sender.post("/v1/filter", image, ["X-Client": "camera-7"]).status)
      }
      #expect(Set(answers) == [403])
      let reader = AuditLogReader(gateway.auditPath)
      let searches = try reader.records(["--chain"])
      try #require(searches.count == 1)
      let said = searches[0].said
      let id = try #require(said["search"] as? String)
      #expect(said["action"] as? String == "silent" && said["clients"] as? [String] == ["camera-7"])
      let all = try reader.records(["--kind", "search", "--oldest-first"]).compactMap { $0.said["questions"] as? Int }
      #expect(all.count >= 2 && zip(all, all.dropFirst()).allSatisfy { 2 * $0 == $1 } && all[0] < 60, "\(all)")
      let sample = try #require(said["sample"] as? [[String: Any]])
      #expect(sample.count == min(64, all.last ?? 0) && Set(sample.compactMap { $0["class"] as? Int }).count > 1)
      #expect(sample.allSatisfy { ($0["fingerprint"] as? String)?.utf8.count == 1024 && $0["label"] is String })
      let images = try reader.records(["--chain", id])
      #expect(images.count == 120 - all[0] + 1, "\(images.count)")
      #expect(try reader.verify().outputText.contains("holds: "))
      #expect(try reader.run("show", [id]).outputText.contains("│"))
      let client = WebClient(port: gateway.operations)
      let page = try await client.get("/audit/searches/\(id)", ["Authorization": "Bearer a-token-for-the-pages"])
      let text = String(decoding: page.body, as: UTF8.self)
      #expect(
        page.status == 200 && text.contains("The answers stayed as they were.") && text.contains("/pictures/thumbnail"))
    }

    @Test(
      "records say what its sender was answered where that is not what the verdict says",
      arguments: [("silent", nil), ("freeze", "frozen"), ("slow", "slowed"), ("refuse", "refused")])
    func answered(action: String, word: String?) async throws {
      let gateway = try RunningGateway(["--query-guard", action, "--query-guard-delay", "1ms"])
      let way = SearchTests.Way.infer
      for number in 0..<SearchImages.enough + 4 {
        _ = try await WebClient(port: gateway.http).post(way.path, way.body(try SearchImages.image(number)))
      }
      let reader = AuditLogReader(gateway.auditPath)
      let said = try reader.records(["--oldest-first", "--kind", "verdict"]).map { $0.said["answered"] as? String }
      #expect(said.count == SearchImages.enough + 4 && said.prefix(16).allSatisfy { $0 == nil }, "\(said)")
      #expect(said.suffix(4).allSatisfy { $0 == word }, "\(said)")
      #expect(try reader.verify().outputText.contains("holds: "))
    }

    @Test(
      "where flagged images are let go, the record of a clean one whose sender was told otherwise says so, and that it went on",
      arguments: [SearchTests.Way.filter, .check])
    func retold(way: SearchTests.Way) async throws {
      let gateway = try RunningGateway(["--query-guard", "freeze", "--mode", "observe"])
      // The first of them is flagged.
      let numbers = 1..<SearchImages.enough + 5
      for number in numbers {
        let answer = try await WebClient(port: gateway.http).post(way.path, way.body(try SearchImages.image(number)))
        if number > SearchImages.enough { #expect(answer.headers["sluice-verdict"] == "adversarial; observed") }
      }
      let records = try AuditLogReader(gateway.auditPath).records(["--oldest-first", "--kind", "verdict"]).map(\.said)
      try #require(records.count == numbers.count)
      for (number, said) in zip(numbers, records).suffix(4) {
        let isClean = number % 2 == 0
        #expect(said["answered"] as? String == (isClean ? "retold" : nil), "\(number)")
        #expect(said["verdict"] as? String == (isClean ? "clean" : "adversarial"))
      }
    }

    @Test("what only repeats is no search: the same image a hundred times, and many images once")
    func legitimate() async throws {
      let gateway = try RunningGateway(["--query-guard", "silent"])
      let sender = WebClient(port: gateway.http)
      for _ in 0..<50 {
        _ = try await sender.post("/v1/filter", Signs.clean)
        _ = try await sender.post("/v1/filter", Signs.adversarial)
      }
      let reader = AuditLogReader(gateway.auditPath)
      #expect(try reader.records(["--chain"]).isEmpty)
      #expect(try reader.records().count == 100)
    }
  }
}
