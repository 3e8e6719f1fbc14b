import ArgumentParser
import Gateway

/// The gateway's settings as flags. Each can also be set in the environment and in a configuration file.
struct ServeOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("filter")], help: settingHelp(.filter, "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String?

  @Option(help: settingHelp(.http, "host:port")) var http: String?
  @Option(help: settingHelp(.grpc, "host:port")) var grpc: String?
  @Option(help: settingHelp(.operations, "host:port")) var operations: String?
  @Option(help: settingHelp(.model, "name")) var model: String?
  @Option(help: settingHelp(.mode, "mode")) var mode: String?
  @Option(help: settingHelp(.upstream, "url")) var upstream: String?
  @Option(help: settingHelp(.upstreamModel, "name")) var upstreamModel: String?
  @Option(help: settingHelp(.upstreamInput, "name")) var upstreamInput: String?
  @Option(help: settingHelp(.upstreamRequests, "n")) var upstreamRequests: String?
  @Option(help: settingHelp(.healthInterval, "time")) var healthInterval: String?
  @Option(help: settingHelp(.queue, "n")) var queue: String?
  @Option(help: settingHelp(.deadline, "time")) var deadline: String?
  @Option(help: settingHelp(.batchDelay, "time")) var batchDelay: String?
  @Option(help: settingHelp(.maxImages, "n")) var maxImages: String?
  @Option(help: settingHelp(.maxBody, "size")) var maxBody: String?
  @Option(help: settingHelp(.bodyMemory, "size")) var bodyMemory: String?
  @Option(help: settingHelp(.connections, "n")) var connections: String?
  @Option(help: settingHelp(.idle, "time")) var idle: String?
  @Option(help: settingHelp(.drain, "time")) var drain: String?
  @Option(help: settingHelp(.drainDelay, "time")) var drainDelay: String?
  @Option(help: settingHelp(.watch, "time")) var watch: String?
  @Option(help: settingHelp(.tlsCertificate, "file"), completion: .file()) var tlsCertificate: String?
  @Option(help: settingHelp(.tlsKey, "file"), completion: .file()) var tlsKey: String?
  @Option(help: settingHelp(.tokenFile, "file"), completion: .file()) var tokenFile: String?
  @Option(help: settingHelp(.token, "token")) var token: String?
  @Option(help: settingHelp(.audit, "folder"), completion: .directory) var audit: String?
  @Option(help: settingHelp(.auditDatabase, "url")) var auditDatabase: String?
  @Option(help: settingHelp(.auditWriter, "name")) var auditWriter: String?
  @Option(help: settingHelp(.auditClient, "what")) var auditClient: String?
  @Option(help: settingHelp(.auditClean, "share")) var auditClean: String?
  @Option(help: settingHelp(.auditCleanImages, "share")) var auditCleanImages: String?
  @Option(help: settingHelp(.auditMaxBytes, "size")) var auditMaxBytes: String?
  @Option(help: settingHelp(.auditMaxAge, "time")) var auditMaxAge: String?
  @Option(help: settingHelp(.auditCheckpoint, "time")) var auditCheckpoint: String?
  @Option(help: settingHelp(.auditSigningKey, "file"), completion: .file()) var auditSigningKey: String?
  @Option(help: settingHelp(.auditEncryptionKey, "key")) var auditEncryptionKey: String?
  @Option(help: settingHelp(.auditEncryptionKeyFile, "file"), completion: .file()) var auditEncryptionKeyFile: String?
  @Flag(help: settingHelp(.auditFailOpen)) var auditFailOpen = false
  @Option(help: settingHelp(.auditToken, "token")) var auditToken: String?
  @Option(help: settingHelp(.auditTokenFile, "file"), completion: .file()) var auditTokenFile: String?
  @Option(help: settingHelp(.logLevel, "level")) var logLevel: String?
  @Option(help: settingHelp(.workers, "n")) var workers: String?
  @Flag(help: settingHelp(.failOpen)) var failOpen = false
  @Flag(help: settingHelp(.exposeVerdicts)) var exposeVerdicts = false
  @Flag(help: settingHelp(.allowEmptyChecks)) var allowEmptyChecks = false
  @Flag(help: settingHelp(.insecure)) var insecure = false

  /// What the command line says, without what it leaves to others.
  var flags: [SettingName: String] {
    var flags: [SettingName: String] = [:]
    for name in SettingName.allCases { flags[name] = text(of: name) }
    return flags
  }

  private func text(of name: SettingName) -> String? {
    switch name {
    case .filter: filter
    case .workers: workers
    case .http: http
    case .grpc: grpc
    case .operations: operations
    case .model: model
    case .mode: mode
    case .upstream: upstream
    case .upstreamModel: upstreamModel
    case .upstreamInput: upstreamInput
    case .upstreamRequests: upstreamRequests
    case .healthInterval: healthInterval
    case .queue: queue
    case .deadline: deadline
    case .batchDelay: batchDelay
    case .maxImages: maxImages
    case .maxBody: maxBody
    case .bodyMemory: bodyMemory
    case .connections: connections
    case .idle: idle
    case .drain: drain
    case .drainDelay: drainDelay
    case .watch: watch
    case .tlsCertificate: tlsCertificate
    case .tlsKey: tlsKey
    case .tokenFile: tokenFile
    case .token: token
    case .audit: audit
    case .auditDatabase: auditDatabase
    case .auditWriter: auditWriter
    case .auditClient: auditClient
    case .auditClean: auditClean
    case .auditCleanImages: auditCleanImages
    case .auditMaxBytes: auditMaxBytes
    case .auditMaxAge: auditMaxAge
    case .auditCheckpoint: auditCheckpoint
    case .auditSigningKey: auditSigningKey
    case .auditEncryptionKey: auditEncryptionKey
    case .auditEncryptionKeyFile: auditEncryptionKeyFile
    case .auditFailOpen: auditFailOpen ? "true" : nil
    case .auditToken: auditToken
    case .auditTokenFile: auditTokenFile
    case .logLevel: logLevel
    case .failOpen: failOpen ? "true" : nil
    case .exposeVerdicts: exposeVerdicts ? "true" : nil
    case .allowEmptyChecks: allowEmptyChecks ? "true" : nil
    case .insecure: insecure ? "true" : nil
    }
  }
}

/// A setting's help, with its standard value.
private func settingHelp(_ name: SettingName, _ value: String? = nil) -> ArgumentHelp {
  let standard = name.standard.isEmpty || value == nil ? "" : " (default: \(name.standard))"
  return ArgumentHelp(stringLiteral: name.help + standard).valued(value)
}

extension ArgumentHelp {
  fileprivate func valued(_ name: String?) -> ArgumentHelp {
    var help = self
    help.valueName = name
    return help
  }
}
