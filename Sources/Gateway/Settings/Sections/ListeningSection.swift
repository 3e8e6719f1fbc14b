/// Where the gateway listens, and whom it answers.
package struct ListeningSection: SettingSection {
  package static let title = "Listening and access"
  package init() {}

  package let http = Setting(
    "http", .orOff(.address), default: ListenAddress(host: "127.0.0.1", port: 8080),
    help: "The address where HTTP is served; off to serve none.")
  package let grpc = Setting(
    "grpc", .orOff(.address), default: ListenAddress(host: "127.0.0.1", port: 8081),
    help: "The address where gRPC is served; off to serve none.")
  package let operations = Setting(
    "operations", .orOff(.address), default: ListenAddress(host: "127.0.0.1", port: 8082),
    help: "Where metrics, health and the audit pages are served; off for not at all.")
  package let tlsCertificate = Setting(
    "tlsCertificate", .optional(.file()), default: nil,
    help: "The certificate chain (PEM). SIGHUP has it read again, for new connections.")
  package let tlsKey = Setting(
    "tlsKey", .optional(.file()), default: nil,
    help: "The private key of the certificate (PEM), read with it.")
  package let tokenFile = Setting(
    "tokenFile", .optional(.file()), default: nil,
    help: "A file of bearer tokens, one on each line. SIGHUP has it read again.")
  package let token = Setting(
    "token", .optional(.token), default: nil, isSecret: true,
    help: "A bearer token. It is better kept in a file or in the environment than in a flag.")
  package let insecure = Setting(
    "insecure", .toggle, default: false, help: "Listen beyond this machine without TLS and without tokens.")
}
