import TestSupport

/// A text that each setting takes, and one that it refuses.
struct SettingSample {
  let good: String
  /// `nil` for a setting that takes any text.
  let bad: String?
  /// What else has to be set beside it.
  let beside: [String: String]

  private init(_ good: String, refuses bad: String? = nil, beside: [String: String] = [:]) {
    self.good = good
    self.bad = bad
    self.beside = beside
  }

  /// - Parameters:
  ///   - folder: where the files lie that some settings name.
  static func all(in folder: TemporaryFolder) throws -> [String: SettingSample] {
    let tokens = try folder.file("tokens", "a-long-enough-token\n")
    let key = try folder.file("key", String(repeating: "ab", count: 32))
    return [
      "filter": SettingSample("/other.yaml"),
      "model": SettingSample("resnet", refuses: "a/b"),
      "mode": SettingSample("observe,check=enforce", refuses: "maybe"),
      "failOpen": SettingSample("true", refuses: "perhaps"),
      "exposeVerdicts": SettingSample("true", refuses: "perhaps"),
      "allowEmptyChecks": SettingSample("true", refuses: "perhaps"),
      "http": SettingSample("127.0.0.1:1", refuses: "8080"),
      "grpc": SettingSample("[::1]:2", refuses: "host:99999"),
      "operations": SettingSample("off", refuses: "a b:1"),
      "tlsCertificate": SettingSample("/chain.pem", beside: ["tlsKey": "/key.pem"]),
      "tlsKey": SettingSample("/key.pem", beside: ["tlsCertificate": "/chain.pem"]),
      "tokenFile": SettingSample(tokens),
      "token": SettingSample("another-long-enough-token", refuses: "brief"),
      "insecure": SettingSample("true", refuses: "perhaps"),
      "upstream": SettingSample("http://a:1,grpcs://b:2", refuses: "ftp://a:1"),
      "upstreamModel": SettingSample("resnet", refuses: "a/b"),
      "upstreamInput": SettingSample("images"),
      "upstreamRequests": SettingSample("1", refuses: "0"),
      "healthInterval": SettingSample("100ms", refuses: "99ms"),
      "workers": SettingSample("256", refuses: "257"),
      "queue": SettingSample("0", refuses: "100001"),
      "deadline": SettingSample("1h", refuses: "61m"),
      "batchDelay": SettingSample("0.5ms", refuses: "2s"),
      "maxImages": SettingSample("1024", refuses: "1025"),
      "maxBody": SettingSample("1kB", refuses: "999B"),
      "bodyMemory": SettingSample("1TB", refuses: "1001GB"),
      "connections": SettingSample("1000000", refuses: "1e3"),
      "idle": SettingSample("5m", refuses: "NaNs"),
      "watch": SettingSample("0s", refuses: "-1s"),
      "drainDelay": SettingSample("10m", refuses: "601s"),
      "drain": SettingSample("0s", refuses: "10"),
      "logLevel": SettingSample("warning", refuses: "loud"),
      "audit": SettingSample("off"),
      "auditDatabase": SettingSample("postgresql://user:password@host/db"),
      "auditWriter": SettingSample("gateway-1", refuses: "a/b"),
      "auditClient": SettingSample("header:X-User", refuses: "header:a b"),
      "auditClean": SettingSample("0.1", refuses: "1.5"),
      "auditCleanImages": SettingSample("all", refuses: "some"),
      "auditMaxBytes": SettingSample("off", refuses: "much"),
      "auditMaxAge": SettingSample("30d", refuses: "180"),
      "auditCheckpoint": SettingSample("1s", refuses: "0s"),
      "auditSigningKey": SettingSample("/signing.key"),
      "auditEncryptionKey": SettingSample(String(repeating: "cd", count: 32), refuses: "brief"),
      "auditEncryptionKeyFile": SettingSample(key),
      "auditFailOpen": SettingSample("true", refuses: "perhaps"),
      "auditToken": SettingSample("alice:a-long-enough-token", refuses: "brief"),
      "auditTokenFile": SettingSample(tokens),
      "queryGuardRedis": SettingSample("redis://gate:hunter2@cache:6379/1", refuses: "http://gate:hunter2@cache"),
      "queryGuardRedisPasswordFile": SettingSample(key, beside: ["queryGuardRedis": "redis://cache"]),
      "queryGuardRedisStream": SettingSample("east:{questions}", refuses: "a b"),
      "queryGuardRedisAuthorities": SettingSample("/ca.pem", beside: ["queryGuardRedis": "rediss://cache"]),
      "queryGuardRedisCertificate": SettingSample(
        "/chain.pem", beside: ["queryGuardRedis": "rediss://cache", "queryGuardRedisKey": "/key.pem"]),
      "queryGuardRedisKey": SettingSample(
        "/key.pem", beside: ["queryGuardRedis": "rediss://cache", "queryGuardRedisCertificate": "/chain.pem"]),
      "queryGuard": SettingSample("freeze", refuses: "loud"),
      "queryGuardQuestions": SettingSample("1000000", refuses: "99"),
      "queryGuardMany": SettingSample("5000", refuses: "1"),
      "queryGuardAge": SettingSample("1s", refuses: "0s"),
      "queryGuardDelay": SettingSample("0s", refuses: "11m"),
      "queryGuardAnswers": SettingSample("1GB", refuses: "9kB"),
    ]
  }
}
