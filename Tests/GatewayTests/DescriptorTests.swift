import Foundation
import Gateway
import TestSupport
import Testing

/// As many connections as the system has descriptors for.
struct DescriptorTests {
  @Test(
    "each server may have what is set, or its share of what is left",
    arguments: [
      (4096, 2, 0, 1 << 20, 4096), (4096, 2, 64, 8384, 4096), (4096, 2, 64, 8383, 4095), (4096, 1, 0, 4224, 4096),
      (4096, 2, 640, 4096, 1664), (4096, 2, 5000, 1024, 1), (10, 2, 0, 1024, 10), (4096, 2, 0, .max, 4096),
    ] as [(Int, Int, Int, Int, Int)])
  func shares(wanted: Int, servers: Int, upstream: Int, limit: Int, connections: Int) {
    #expect(
      Descriptors.connections(wanted, servers: servers, upstream: upstream, limit: limit) == connections)
  }
}

extension GatewayProcesses {
  @Suite struct FewDescriptorsTests {
    @Test("where there are too few descriptors for the connections that are set, the log says how many there may be")
    func warning() throws {
      let taken = LoopbackSocket()
      // An address that is in use ends the gateway once it has begun.
      let result = try SluiceCommand.shell(
        """
        ulimit -n 400
        "$SLUICE" serve -f '\(Repository.file("Filters/signs.yaml"))' --audit off --operations off \
          --http 127.0.0.1:\(taken.port) --grpc 127.0.0.1:0
        """)
      close(taken.descriptor)
      #expect(result.status == 2, "\(result.errors)")
      let lines = SluiceCommand.Result.verdicts(in: result.errors)
      let warning = try #require(lines.first { $0["level"] as? String == "warning" }, "\(result.errors)")
      #expect(warning["descriptors"] as? String == "400" && warning["set"] as? String == "4096")
      #expect(warning["connections"] as? String == "136" && warning["servers"] as? String == "2")
    }
  }
}
