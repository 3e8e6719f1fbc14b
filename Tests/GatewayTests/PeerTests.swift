import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Unmodified Triton clients in front, and unmodified MLServer behind.
  @Suite(
    .enabled(if: Requirements.peersPython != nil, "needs Python packages: tritonclient, mlserver"), .serialized)
  struct PeerTests {
    private func run(_ script: String, _ arguments: [String]) throws -> SluiceCommand.Result {
      let python = try #require(Requirements.peersPython)
      let path = Repository.file("Tests/GatewayTests/Peers/\(script)")
      return try SluiceCommand.shell("'\(python)' '\(path)' \(arguments.joined(separator: " "))")
    }

    @Test("Triton's HTTP and gRPC clients get answers from the embedded classifier, and are told what is flagged")
    func tritonClients() throws {
      let gateway = try RunningGateway()
      let result = try run(
        "triton_clients.py", ["\(gateway.http)", "\(gateway.grpc)", Repository.file("Samples/signs"), "probabilities"])
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.outputText.contains("http: 6 answered, 3 refused"))
      #expect(result.outputText.contains("grpc: 6 answered, 3 refused"))
    }

    @Test("MLServer as the upstream, over REST and gRPC, with Triton's clients in front", arguments: ["http", "grpc"])
    func mlserver(scheme: String) async throws {
      let python = try #require(Requirements.peersPython)
      let folder = try TemporaryFolder()
      let ports = LoopbackSocket.freePorts(3)
      try folder.file(
        "settings.json",
        #"{"host":"127.0.0.1","http_port":\#(ports[0]),"grpc_port":\#(ports[1]),"metrics_port":\#(ports[2]),"parallel_workers":0}"#
      )
      try folder.file(
        "model-settings.json",
        #"{"name":"signs","implementation":"brightness.Brightness","inputs":[{"name":"input","datatype":"FP32","shape":[-1,3,64,64]}],"outputs":[{"name":"brightness","datatype":"FP32","shape":[-1]}]}"#
      )
      try folder.file("brightness.py", Repository.bytes(Repository.file("Tests/GatewayTests/Peers/brightness.py")))
      let server = Process()
      server.executableURL = URL(filePath: python)
      server.arguments = ["-c", "from mlserver.cli import main; main()", "start", folder.path]
      server.standardOutput = FileHandle.nullDevice
      server.standardError = FileHandle.nullDevice
      try server.start()
      defer {
        // It does not end by itself while clients hold connections.
        kill(server.processIdentifier, SIGKILL)
        _ = server.waitForEnd(seconds: 60)
      }
      let port = scheme == "http" ? ports[0] : ports[1]
      let gateway = try RunningGateway(["--upstream", "\(scheme)://127.0.0.1:\(port)", "--health-interval", "500ms"])
      try await gateway.wait(for: "model server in use")
      let result = try run(
        "triton_clients.py", ["\(gateway.http)", "\(gateway.grpc)", Repository.file("Samples/signs"), "brightness"])
      #expect(result.status == 0, "\(result.errors)\n\(gateway.logText)")
      #expect(result.outputText.contains("http: 6 answered, 3 refused"))
      #expect(result.outputText.contains("grpc: 6 answered, 3 refused"))
    }
  }
}
