import Foundation
import Synchronization
import TestSupport
import Testing

extension GatewayProcesses {
  /// A gateway that is killed again and again while it works.
  @Suite struct AuditFaultTests {
    private static let (kills, clients) = (100, 8)

    /// Requests that were answered, by id.
    private final class Answers: Sendable {
      private let statuses = Mutex<[String: Int]>([:])

      func note(_ id: String, _ status: Int) { statuses.withLock { $0[id] = status } }
      var all: [String: Int] { statuses.withLock { $0 } }
    }

    @Test("a hundred kills at random moments: what was answered is recorded, the chain holds, the quarantine matches")
    func kills() async throws {
      let folder = try TemporaryFolder()
      let audit = "\(folder.path)/audit"
      let answers = Answers()
      var random = RepeatableRandom(seed: 31)
      for round in 0..<Self.kills {
        let gateway = try RunningGateway(["--audit", audit, "--grpc", "off", "--operations", "off"])
        let (port, moment) = (gateway.http, Int.random(in: 0...250, using: &random))
        await withTaskGroup(of: Void.self) { group in
          for client in 0..<Self.clients {
            group.addTask { await Self.send(to: port, "\(round)-\(client)", answers) }
          }
          try? await Task.sleep(for: .milliseconds(moment))
          gateway.send(SIGKILL)
        }
        _ = gateway.waitForEnd()
      }
      let answered = answers.all
      #expect(answered.count > Self.kills, "there was load")
      let reader = AuditLogReader(audit)
      let records = try reader.records()
      let byRequest = Dictionary(records.map { ($0.request, $0) }) { first, _ in first }
      for (id, status) in answered {
        let record = try #require(byRequest[id], "\(id) was answered with \(status) and has no record")
        #expect(record.verdict == (status == 200 ? "clean" : "adversarial"))
        #expect(record.isKept == (status == 403))
      }
      let verification = try reader.verify()
      #expect(verification.status == 0, "\(verification.outputText)")
      let kept = Set(records.filter(\.isKept).map(\.sha256))
      let files = Set(try reader.keptFiles.map { String($0.split(separator: "/").last ?? "") })
      #expect(kept.isSubset(of: files), "every image that is to be kept is there")
      // An image is stored before its record; a kill between the two leaves it without one.
      #expect(files.subtracting(kept).count <= Self.kills * Self.clients)
    }

    /// Sends images until nobody answers any more, every fourth an attack that no other request sends.
    private static func send(to port: Int, _ name: String, _ answers: Answers) async {
      let client = WebClient(port: port)
      for number in 0..<10_000 {
        let id = "\(name)-\(number)"
        // Bytes behind the picture make it another file.
        let image = number % 4 == 3 ? Signs.adversarial + Array(id.utf8) : Signs.clean
        guard let answer = try? await client.post("/v1/filter", image, ["X-Request-Id": id]) else { return }
        answers.note(id, answer.status)
      }
    }
  }
}
