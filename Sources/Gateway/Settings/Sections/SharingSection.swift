import StatefulDetectionRedis

/// How several gateways know of each other's questions.
package struct SharingSection: SettingSection {
  package static let title = "Searches over several gateways"
  package init() {}

  package let queryGuardRedis = Setting(
    "queryGuardRedis", .optional(.redisAddress), default: nil, isSecret: true,
    help: "The Redis server by which gateways share the questions that they remember.")
  package let queryGuardRedisPasswordFile = Setting(
    "queryGuardRedisPasswordFile", .optional(.file()), default: nil,
    help: "A file with the password for it; better than a password in the address.")
  package let queryGuardRedisStream = Setting(
    "queryGuardRedisStream", .streamName, default: SharingSettings.standardStream,
    help: "The key of the stream there. Gateways that name the same one share their questions.")
  package let queryGuardRedisAuthorities = Setting(
    "queryGuardRedisAuthorities", .optional(.file()), default: nil, meaning: "those of the system",
    help: "The certificates that are trusted for rediss:// (PEM).")
  package let queryGuardRedisCertificate = Setting(
    "queryGuardRedisCertificate", .optional(.file()), default: nil,
    help: "The certificate chain that the server is shown, where it asks for one (PEM).")
  package let queryGuardRedisKey = Setting(
    "queryGuardRedisKey", .optional(.file()), default: nil, help: "The private key of that certificate (PEM).")
}
