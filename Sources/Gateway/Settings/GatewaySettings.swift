import AuditLog
import Common
import FilterPipeline
import Logging

/// The gateway's settings, checked.
package struct GatewaySettings: Sendable {
  package var filterPath: String
  package var http: ListenAddress?
  package var grpc: ListenAddress?
  package var operations: ListenAddress?
  package var model: String?
  package var modes: RouteModes
  package var upstreams: [UpstreamAddress]
  package var upstreamModel: String?
  package var upstreamInput: String?
  package var upstreamRequests: Int
  package var healthInterval: Duration
  package var workers: Int?
  package var queue: Int
  package var deadline: Duration
  package var batchDelay: Duration
  package var maxImages: Int
  package var maxBody: Int
  package var bodyMemory: Int
  package var connections: Int
  package var idle: Duration
  package var drain: Duration
  package var drainDelay: Duration
  package var watch: Duration
  package var failsOpen: Bool
  package var exposesVerdicts: Bool
  package var allowsEmptyChecks: Bool
  package var isInsecure: Bool
  package var tls: TLSFiles?
  package var tokens: BearerTokens
  /// `nil` without an audit log.
  package var audit: AuditSettings?
  package var logLevel: Logger.Level

  /// A certificate chain and its key.
  package struct TLSFiles: Sendable, Hashable {
    package var certificate: String
    package var key: String
  }

  /// - Throws: `invalid-setting`, naming the setting, where it was set, and what is permitted; `unreadable-file`.
  package init(_ values: SettingValues, environment: [String: String] = [:]) throws(SluiceError) {
    let read = SettingReader(values: values)
    filterPath = try read.text(.filter)
    http = try read.address(.http)
    grpc = try read.address(.grpc)
    operations = try read.address(.operations)
    model = try read.modelName(.model)
    modes = try read.modes()
    upstreams = try read.upstreams()
    upstreamModel = try read.modelName(.upstreamModel)
    upstreamInput = read.optional(.upstreamInput)
    upstreamRequests = try read.integer(.upstreamRequests, 1...100_000)
    healthInterval = try read.duration(.healthInterval, 0.1...3600)
    workers = try read.optional(.workers).map { _ throws(SluiceError) in try read.integer(.workers, 1...256) }
    queue = try read.integer(.queue, 0...100_000)
    deadline = try read.duration(.deadline, 0.01...3600)
    batchDelay = try read.duration(.batchDelay, 0...1)
    maxImages = try read.integer(.maxImages, ImageInputs.mostRange)
    maxBody = try read.bytes(.maxBody, 1000...1_000_000_000)
    bodyMemory = try read.bytes(.bodyMemory, 1000...1_000_000_000_000)
    connections = try read.integer(.connections, 1...1_000_000)
    idle = try read.duration(.idle, 0.1...3600)
    drain = try read.duration(.drain, 0...3600)
    drainDelay = try read.duration(.drainDelay, 0...600)
    watch = try read.duration(.watch, 0...3600)
    failsOpen = try read.flag(.failOpen)
    exposesVerdicts = try read.flag(.exposeVerdicts)
    allowsEmptyChecks = try read.flag(.allowEmptyChecks)
    isInsecure = try read.flag(.insecure)
    tls = try read.tls()
    tokens = try read.tokens()
    audit = try AuditSettings(read, standardFolder: AuditFolder.standardPath(environment))
    logLevel = try read.choice(.logLevel, Logger.Level.allCases)
    try check(read)
  }

  private func check(_ read: SettingReader) throws(SluiceError) {
    guard http != nil || grpc != nil else { throw read.error(.http, "and grpc are both off") }
    guard maxBody <= bodyMemory else { throw read.error(.bodyMemory, "is less than maxBody, so no body would fit") }
    for (name, address) in [(SettingName.http, http), (.grpc, grpc), (.operations, operations)] {
      guard let address, !address.isLoopback, !isInsecure else { continue }
      let isProtected = !tokens.isEmpty || name != .operations && tls != nil
      guard isProtected else {
        throw read.error(
          name, "is `\(address)`, which others can reach",
          remedy: "set tlsCertificate and tlsKey (not for operations), tokenFile, or insecure")
      }
    }
  }
}

/// Where to listen: `HOST:PORT`, an IPv6 address in brackets.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
