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
      let (certificate, key) = (arguments[1], arguments[3])
      let none = try folder.file("none.pem", "no key")
      let other = try TemporaryFolder()
      let otherKey = try self.certificate(in: other)[3]
      for (certificate, key, problem) in [
        (certificate, none, "tlsKey \(none) holds no private key"),
        (none, key, "tlsCertificate \(none) holds no certificate"),
        (key, certificate, "tlsCertificate \(key) holds a private key, and no certificate"),
        (certificate, certificate, "tlsKey \(certificate) holds a certificate, and no private key"),
        (certificate, otherKey, "tlsKey \(otherKey) is not the key of tlsCertificate \(certificate)"),
      ] {
        let result = try SluiceCommand.run([
          "serve", "-f", Repository.file("Filters/signs.yaml"), "--audit", "\(folder.path)/audit",
          "--tls-certificate", certificate, "--tls-key", key,
        ])
        #expect(result.status == 2 && result.errors.contains(problem), "\(result.errors)")
        #expect(result.errors.contains("give a certificate chain and its private key, both PEM"))
      }
    }
  }
}
