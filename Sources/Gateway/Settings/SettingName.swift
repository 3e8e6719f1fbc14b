/// Everything about the gateway that can be set: by a flag (`--max-body`), in the environment (`SLUICE_MAX_BODY`) or in the
/// configuration file (`maxBody`).
package enum SettingName: String, Sendable, CaseIterable {
  case filter
  case http
  case grpc
  case operations
  case model
  case mode
  case upstream
  case upstreamModel
  case upstreamInput
  case upstreamRequests
  case healthInterval
  case workers
  case queue
  case deadline
  case batchDelay
  case maxImages
  case maxBody
  case bodyMemory
  case connections
  case idle
  case drain
  case drainDelay
  case watch
  case failOpen
  case exposeVerdicts
  case allowEmptyChecks
  case insecure
  case tlsCertificate
  case tlsKey
  case tokenFile
  case token
  case audit
  case auditDatabase
  case auditWriter
  case auditClient
  case auditClean
  case auditCleanImages
  case auditMaxBytes
  case auditMaxAge
  case auditCheckpoint
  case auditSigningKey
  case auditEncryptionKey
  case auditEncryptionKeyFile
  case auditFailOpen
  case auditToken
  case auditTokenFile
  case logLevel

  /// `maxBody` → `max-body`, as in the flag.
  package var flag: String { words.joined(separator: "-") }

  /// `maxBody` → `SLUICE_MAX_BODY`.
  package var variable: String { "SLUICE_" + words.joined(separator: "_").uppercased() }

  private var words: [String] {
    var words = [""]
    for character in rawValue {
      if character.isUppercase { words.append("") }
      words[words.count - 1] += character.lowercased()
    }
    return words
  }

  /// Not to be shown to anybody.
  package var isSecret: Bool { [.token, .auditToken, .auditEncryptionKey, .auditDatabase].contains(self) }

  /// Whether it names a file or folder, which in a configuration file counts from that file's folder.
  var isPath: Bool {
    [.filter, .tlsCertificate, .tlsKey, .tokenFile, .audit, .auditSigningKey, .auditEncryptionKeyFile, .auditTokenFile]
      .contains(self)
  }

  /// What holds where nothing else is said; empty for what has no standard value.
  package var standard: String {
    switch self {
    case .filter, .model, .upstream, .upstreamModel, .upstreamInput, .workers, .tlsCertificate, .tlsKey, .tokenFile,
      .token, .audit, .auditDatabase, .auditWriter, .auditSigningKey, .auditEncryptionKey, .auditEncryptionKeyFile,
      .auditToken, .auditTokenFile:
      ""
    case .http: "127.0.0.1:8080"
    case .grpc: "127.0.0.1:8081"
    case .operations: "127.0.0.1:8082"
    case .mode: "enforce"
    case .upstreamRequests: "64"
    case .healthInterval: "2s"
    case .queue: "64"
    case .deadline: "10s"
    case .batchDelay: "1ms"
    case .maxImages: "32"
    case .maxBody: "32MB"
    case .bodyMemory: "512MB"
    case .connections: "4096"
    case .idle: "30s"
    case .drain: "30s"
    case .drainDelay: "1s"
    case .watch: "2s"
    case .auditClient: "address"
    case .auditClean: "all"
    case .auditCleanImages: "none"
    case .auditMaxBytes: "10GB"
    case .auditMaxAge: "180d"
    case .auditCheckpoint: "10m"
    case .failOpen, .exposeVerdicts, .allowEmptyChecks, .insecure, .auditFailOpen: "false"
    case .logLevel: "info"
    }
  }

  /// One line for people.
  package var help: String {
    switch self {
    case .filter: "The filter file (YAML)."
    case .http: "Where HTTP is served; off for not at all."
    case .grpc: "Where gRPC is served; off for not at all."
    case .operations: "Where metrics and health are served; off for not at all."
    case .model: "What the model is called here. (default: the filter's name)"
    case .mode:
      "What becomes of flagged images: enforce, sanitize or observe; ROUTE=MODE for one of infer, predict, filter, check."
    case .upstream:
      "A model server: http://, https://, grpc:// or grpcs://, host and port; several separated by commas. (default: the filter's own classifier)"
    case .upstreamModel: "What the model is called there. (default: as here)"
    case .upstreamInput: "The model's input that takes the tensor. (default: the only one)"
    case .upstreamRequests: "Requests that one model server is asked at a time."
    case .healthInterval: "How often model servers are asked whether they are ready."
    case .workers: "Images judged at the same time. (default: one for each processor)"
    case .queue: "Requests that wait for a worker before others are turned away."
    case .deadline: "How long a request may take in all."
    case .batchDelay: "How long a classifier call waits for further images while others run."
    case .maxImages: "Images in a request."
    case .maxBody: "The longest body of a request."
    case .bodyMemory: "Bytes that all requests together may hold: bodies as they arrive, images while they are judged."
    case .connections: "HTTP connections at a time."
    case .idle: "How long a connection may be silent, or take over the head of a request."
    case .drain: "How long requests may go on once listeners have closed."
    case .drainDelay:
      "How long after a signal to end listeners stay open, not ready, so that load balancers and clients go elsewhere first."
    case .watch: "How often the filter's files are looked at for changes; 0s for never. SIGHUP reloads at any time."
    case .failOpen: "Forward images that the classifier fails on, instead of refusing them."
    case .exposeVerdicts: "Show callers scores, thresholds and p-values, which an attacker can climb by."
    case .allowEmptyChecks:
      "Let requests without a body pass a check (GET, HEAD, OPTIONS, DELETE): for proxies that send bodies where there are any."
    case .insecure: "Listen beyond this machine without TLS and without tokens."
    case .tlsCertificate: "The certificate chain (PEM)."
    case .tlsKey: "Its private key (PEM)."
    case .tokenFile: "A file of bearer tokens, one a line."
    case .token: "A bearer token; better kept in a file or the environment than in a flag."
    case .audit:
      "The folder of the audit log; off for none. (default: a folder `sluice/audit` among the state of this user)"
    case .auditDatabase: "A PostgreSQL that gateways share, as libpq takes it. (default: SQLite in the folder)"
    case .auditWriter: "What this gateway's chain of records is called. (default: the host's name)"
    case .auditClient: "What records call a client: address, token (a digest of it), header:NAME, or none."
    case .auditClean: "Which clean images have a record: all, none, or a share such as 0.1."
    case .auditCleanImages: "Of which of those the bytes are kept as well: all, none, or a share."
    case .auditMaxBytes: "Bytes of images that are kept; the oldest go first; off for all."
    case .auditMaxAge: "How long images are kept; off for ever."
    case .auditCheckpoint: "How often the chain is signed, if it has grown."
    case .auditSigningKey: "The file of the key that signs; made where there is none. (default: in the folder)"
    case .auditEncryptionKey: "Encrypts kept images: 32 bytes in base64; better kept in a file or the environment."
    case .auditEncryptionKeyFile: "A file with that key."
    case .auditFailOpen: "Answer although the audit log cannot be written, and count what is not recorded."
    case .auditToken: "A token for the audit pages; better kept in a file or the environment."
    case .auditTokenFile:
      "Tokens for the audit pages, one a line, as NAME:TOKEN, or NAME+private:TOKEN for who may see private detectors. (default: one is made, in the folder)"
    case .logLevel: "trace, debug, info, notice, warning, error or critical."
    }
  }
}
