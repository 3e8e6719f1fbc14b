import Common
import StatefulDetection
import StatefulDetectionRedis
import TestSupport
import Testing

/// A server that is spoken to through TLS, and impostors.
@Suite(
  .serialized,
  .enabled(if: RedisServer.isInstalled && Requirements.hasOpenSSL, "needs redis-server and openssl"))
struct TLSTests {
  /// A server with a certificate for `localhost` and 127.0.0.1, and the files around it.
  struct EncryptedServer {
    let folder: TemporaryFolder
    let server: RedisServer

    init(asksForCertificate: Bool = false) throws {
      let folder = try TemporaryFolder()
      self.folder = folder
      let result = try SluiceCommand.shell(
        #"""
        cd "$FOLDER" && exec 2>/dev/null
        make() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -subj /CN=$1 "${@:2}"; }
        make ca -x509 -out ca.crt && make other -x509 -out other.crt && make client -out client.csr &&
        make server -out server.csr &&
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >names &&
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out server.crt &&
        openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out client.crt &&
        openssl ec -in client.key -aes128 -passout pass:secret -out locked.key
        """#, environment: ["FOLDER": folder.path])
      #expect(result.status == 0)
      server = try RedisServer(
        isEncrypted: true,
        options: [
          "--tls-cert-file", "\(folder.path)/server.crt", "--tls-key-file", "\(folder.path)/server.key",
          "--tls-ca-cert-file", "\(folder.path)/ca.crt", "--tls-auth-clients", asksForCertificate ? "yes" : "no",
        ])
      try server.start()
    }

    func files(_ authorities: String = "ca", _ client: String? = nil, key: String? = nil) -> RedisTLSFiles {
      RedisTLSFiles(
        authorities: "\(folder.path)/\(authorities).crt", certificate: client.map { "\(folder.path)/\($0).crt" },
        key: (key ?? client).map { "\(folder.path)/\($0).key" })
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func questionsAreShared(host: String) async throws {
    let encrypted = try EncryptedServer()
    let address = try RedisAddress("rediss://\(host):\(encrypted.server.port)")
    let (first, second) = (TestSharer(address, encrypted.files()), TestSharer(address, encrypted.files()))
    for seed in 1...200 as ClosedRange<UInt8> { first.ask(Samples.question(seed)) }
    try await second.until { $0.learned == 200 }
    // As after a start: many replies at a time.
    let third = TestSharer(address, encrypted.files())
    try await third.until { $0.learned == 200 }
    #expect(second.events.changes == ["available"])
  }

  @Test func aServerMayAskForACertificate() async throws {
    let encrypted = try EncryptedServer(asksForCertificate: true)
    let address = try RedisAddress("rediss://localhost:\(encrypted.server.port)")
    #expect(throws: RedisFailure.self) {
      try RedisConnection(address, encrypted.files()).call(["TIME"])
    }
    try RedisConnection(address, encrypted.files("ca", "client")).call(["TIME"])
  }

  @Test(arguments: [
    ("127.0.0.2", "ca", "IP address mismatch"), ("localhost", "other", "certificate"),
    ("localhost", "missing", "the trusted certificates cannot be read"),
  ])
  func impostorsAreTurnedAway(host: String, authorities: String, reason: String) throws {
    let encrypted = try EncryptedServer()
    try encrypted.server.run("CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2")
    let address = try RedisAddress("rediss://\(host):\(encrypted.server.port)")
    #expect { try RedisConnection(address, encrypted.files(authorities)) } throws: { error in
      guard case .unreachable(let message)? = error as? RedisFailure else { return false }
      return message.contains(reason)
    }
  }

  @Test func aServerWithoutTLSIsTurnedAway() async throws {
    let server = try await TestServer()
    #expect { try RedisConnection(RedisAddress("rediss://localhost:\(server.process.port)")) } throws: { error in
      guard case .unreachable? = error as? RedisFailure else { return false }
      return true
    }
  }

  /// Nobody is asked for a passphrase.
  @Test func aLockedKeyIsToldOf() throws {
    let encrypted = try EncryptedServer()
    let address = try RedisAddress("rediss://localhost:\(encrypted.server.port)")
    #expect { try RedisConnection(address, encrypted.files("ca", "client", key: "locked")) } throws: { error in
      guard case .unreachable(let message)? = error as? RedisFailure else { return false }
      return message.hasPrefix("the key of the certificate cannot be read")
    }
  }
}
