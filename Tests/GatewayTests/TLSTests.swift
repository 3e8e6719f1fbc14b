import Foundation
import NIOSSL
import TestSupport
import Testing

extension GatewayProcesses {
  /// Connections with TLS.
  @Suite(.enabled(if: Requirements.hasOpenSSL, "needs openssl")) struct TLSTests {
    private func certificate(in folder: TemporaryFolder) throws -> [String] {
      let (certificate, key) = ("\(folder.path)/c.pem", "\(folder.path)/k.pem")
      let made = try SluiceCommand.shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out '\(certificate)' -keyout '\(key)'")
      #expect(made.status == 0, "\(made.errors)")
      return ["--tls-certificate", certificate, "--tls-key", key]
    }

    @Test("HTTP/1.1 and HTTP/2 over TLS; what is not TLS gets nothing")
    func connections() async throws {
      let folder = try TemporaryFolder()
      let gateway = try RunningGateway(try certificate(in: folder))
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.certificateVerification = .none
      let answer = try await WebClient(port: gateway.http, tls: tls).post("/v1/filter", Signs.clean)
      #expect(answer.status == 200 && answer.version.contains("2"), "\(answer.version)")
      if Requirements.hasCurl {
        let image = Repository.file("Samples/signs/clean/test/081_roundabout.png")
        for (version, expected) in [("--http1.1", "200 1.1"), ("--http2", "200 2")] {
          let result = try SluiceCommand.shell(
            "curl -ksS \(version) --data-binary @\(image) -o /dev/null -w '%{http_code} %{http_version}' "
              + "https://127.0.0.1:\(gateway.http)/v1/filter")
          #expect(result.outputText == expected, "\(result.errors)")
        }
      }
      let plain = try RawConnection(port: gateway.http)
      plain.setTimeout(2)
      plain.send("GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!plain.receiveAll().contains("200"))
    }

    @Test("a certificate that cannot be used is said before anything listens")
    func wrongCertificates() throws {
      let folder = try TemporaryFolder()
      let arguments = try certificate(in: folder)
      let other = try folder.file("other.pem", "no key")
      let result = try SluiceCommand.run(
        ["serve", "-f", Repository.file("Filters/signs.yaml")] + arguments.dropLast() + [other])
      #expect(result.status == 2 && result.errors.contains("tlsKey"), "\(result.errors)")
    }
  }
}
