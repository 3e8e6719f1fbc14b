import ArgumentParser
import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

/// Which audit log, and how it is read.
struct AuditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the log. (default: $SLUICE_AUDIT, else that of `sluice serve`)", valueName: "folder"),
    completion: .directory)
  var audit: String?

  @Option(
    help: ArgumentHelp(
      "A shared PostgreSQL, as libpq takes it. (default: SQLite in a folder that --audit names; else $SLUICE_AUDIT_DATABASE)",
      valueName: "url"))
  var database: String?

  @Option(
    help: ArgumentHelp(
      "A file with the key that kept images are encrypted with; of several, one per line, the first encrypts. (default: $SLUICE_AUDIT_ENCRYPTION_KEY_FILE, or the key in $SLUICE_AUDIT_ENCRYPTION_KEY)",
      valueName: "file"),
    completion: .file())
  var encryptionKeyFile: String?

  /// - Parameters:
  ///   - needsKeys: whether the keys in the folder are needed, also beside a shared database.
  func location(needsKeys: Bool = false) throws(SluiceError) -> AuditLocation {
    try .named(folder: audit, database: database, encryptionKeyFile: encryptionKeyFile, needsKeys: needsKeys)
  }

  func validate() throws {
    try ArgumentBytes.checkAreText([audit])
    if audit?.isEmpty == true { throw ValidationError("--audit takes the folder of a log") }
  }
}

extension AuditLocation {
  /// The log that options name, and where they are silent, the environment. Whoever names a folder with a database means that one; of
  /// a shared log there is only the folder with its keys.
  ///
  /// - Throws: `invalid-key`, `unreadable-file`, `audit-unavailable`.
  static func named(
    folder: String? = nil, database: String? = nil, encryptionKeyFile: String? = nil, needsKeys: Bool = false
  ) throws(SluiceError) -> AuditLocation {
    let environment = FilterOpening.variables()
    let named = folder ?? environment.nonEmpty("SLUICE_AUDIT")
    let hasOwnDatabase = folder.map { (try? AuditFolder($0).checkHasDatabase()) != nil } ?? false
    let database = database ?? (hasOwnDatabase ? nil : sharedDatabase)
    let place =
      if let named { AuditFolder(named) } else { try usualFolder(environment, isNeeded: needsKeys || database == nil) }
    return AuditLocation(
      folder: place, database: database, cipher: try cipher(encryptionKeyFile, environment, encrypts: false))
  }

  /// The log that a run of the filter writes to. The shared database in the environment is that of gateways and of who reads their log:
  /// what is tried out in a folder is not to come into it, signed with a key that nobody trusts.
  ///
  /// - Throws: `invalid-key`, `unreadable-file`.
  static func written(to folder: String, database: String?) throws(SluiceError) -> AuditLocation {
    AuditLocation(
      folder: AuditFolder(folder), database: database,
      cipher: try cipher(nil, FilterOpening.variables(), encrypts: true))
  }

  /// Where nothing says which it is and nothing in it is needed, that is no trouble.
  private static func usualFolder(
    _ environment: [String: String], isNeeded: Bool
  ) throws(SluiceError) -> AuditFolder {
    do throws(SluiceError) { return AuditFolder(try AuditFolder.standardPath(environment)) } catch {
      guard isNeeded else { return AuditFolder("") }
      throw error
    }
  }

  /// The shared database that the environment names.
  private static var sharedDatabase: String? { FilterOpening.variables().nonEmpty("SLUICE_AUDIT_DATABASE") }

  /// - Parameters:
  ///   - encrypts: whether images are to be kept, for which a new key would do; else what is kept is only read.
  private static func cipher(
    _ keyFile: String?, _ environment: [String: String], encrypts: Bool
  ) throws(SluiceError) -> QuarantineCipher {
    let variable = "SLUICE_AUDIT_ENCRYPTION_KEY"
    let place: String
    let secret: String
    if let file = keyFile ?? environment.nonEmpty("SLUICE_AUDIT_ENCRYPTION_KEY_FILE") {
      place = file
      secret = String(decoding: try readFile(file, atMost: 10_000), as: UTF8.self)
    } else if let text = environment.nonEmpty(variable) {
      place = variable
      secret = text
    } else {
      return .none
    }
    do throws(SluiceError) {
      return try QuarantineCipher(secretText: secret)
    } catch {
      // A new key opens nothing that is there.
      throw SluiceError(
        error.code, "\(place) holds no key of 32 bytes",
        remedy: encrypts ? error.remedy : "name the file with which the images were encrypted")
    }
  }
}

/// Who adds to the log: whose chain, and which person.
struct AuditAuthorOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The chain to add to. (default: the host's name)", valueName: "name"))
  var writer: String?

  @Option(help: ArgumentHelp("The reviewer's name. (default: $USER)", valueName: "name"))
  var reviewer: String?

  private static let longestName = 64

  func validate() throws {
    if let writer, !AuditWriterName.isName(writer) {
      throw ValidationError("--writer takes up to 64 letters, digits and -_.")
    }
    if let reviewer, !(1...Self.longestName).contains(reviewer.utf8.count) {
      throw ValidationError("--reviewer takes a name of at most \(Self.longestName) bytes")
    }
  }

  var writerName: String { writer ?? AuditWriterName.ofThisHost }
  var reviewerName: String { reviewer ?? FilterOpening.variables().nonEmpty("USER") ?? "operator" }
}

extension AuditKind: ExpressibleByArgument {}
extension AuditQuery.ReviewState: ExpressibleByArgument {}
extension Verdict.Outcome: ExpressibleByArgument {}

extension AuditTime: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

/// Which records.
struct AuditQueryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What the records are about.", valueName: "kind"))
  var kind = AuditKind.verdict

  @Option(help: ArgumentHelp("From this moment on: 24h, 7d, 2026-11-24, 2026-11-24T23:44.", valueName: "time"))
  var since: AuditTime?

  @Option(help: ArgumentHelp("Before this moment: 24h, 7d, 2026-11-24, 2026-11-24T23:44.", valueName: "time"))
  var until: AuditTime?

  @Option(help: ArgumentHelp("With this verdict; may be repeated.", valueName: "verdict"))
  var verdict: [Verdict.Outcome] = []

  @Option(help: ArgumentHelp("Flagged by this detector.", valueName: "name"))
  var detector: String?

  @Option(help: ArgumentHelp("From this client.", valueName: "name"))
  var client: String?

  @Option(help: ArgumentHelp("With this text in the source's name.", valueName: "text"))
  var source: String?

  @Option(help: ArgumentHelp("The image's SHA-256, or its first digits.", valueName: "digits"))
  var digest: String?

  @Option(help: ArgumentHelp("Of images in this state of review.", valueName: "state"))
  var review: AuditQuery.ReviewState?

  @Option(
    defaultAsFlag: .all,
    help: ArgumentHelp(
      "Searches for adversarial images: chains of near questions. With an id, the images of that search.",
      valueName: "id"))
  var chain: ChainSelection?

  func validate() throws {
    if let digest, digest.isEmpty || !digest.allSatisfy(\.isHexDigit) || digest.count > 64 {
      throw ValidationError("--digest takes 1 to 64 hexadecimal digits, not \(digest)")
    }
  }

  /// Whether anything is asked for but everything.
  var isRestricted: Bool { query != AuditQuery() }

  var query: AuditQuery {
    var query = AuditQuery()
    query.kind = kind
    query.since = since
    query.until = until
    query.verdicts = Set(verdict.map(\.rawValue))
    query.detector = detector
    query.client = client
    query.source = source
    query.digest = digest?.lowercased()
    query.review = review
    switch chain {
    case .all: (query.kind, query.isLastOfSearch) = (.search, true)
    case .one(let search): query.search = search
    case nil: break
    }
    return query
  }
}
