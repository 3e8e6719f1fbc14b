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
  case watch
  case failOpen
  case exposeVerdicts
  case insecure
  case tlsCertificate
  case tlsKey
  case tokenFile
  case token
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
  package var isSecret: Bool { self == .token }

  /// What holds where nothing else is said; empty for what has no standard value.
  package var standard: String {
    switch self {
    case .filter, .model, .upstream, .upstreamModel, .upstreamInput, .workers, .tlsCertificate, .tlsKey, .tokenFile,
      .token:
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
    case .watch: "2s"
    case .failOpen, .exposeVerdicts, .insecure: "false"
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
    case .bodyMemory: "Bytes of bodies in memory, over all requests."
    case .connections: "HTTP connections at a time."
    case .idle: "How long a connection may be silent, or take over the head of a request."
    case .drain: "How long requests may go on after a signal to end."
    case .watch: "How often the filter's files are looked at for changes; 0s for never. SIGHUP reloads at any time."
    case .failOpen: "Forward images that the classifier fails on, instead of refusing them."
    case .exposeVerdicts: "Show callers scores, thresholds and p-values, which an attacker can climb by."
    case .insecure: "Listen beyond this machine without TLS and without tokens."
    case .tlsCertificate: "The certificate chain (PEM)."
    case .tlsKey: "Its private key (PEM)."
    case .tokenFile: "A file of bearer tokens, one a line."
    case .token: "A bearer token; better kept in a file or the environment than in a flag."
    case .logLevel: "trace, debug, info, notice, warning, error or critical."
    }
  }
}
