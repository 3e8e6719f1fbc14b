import Common
import FilterPipeline
import Gateway
import TestSupport
import Testing

/// Settings from flags, environment and file.
struct SettingsTests {
  private func settings(
    _ flags: [String: String] = [:], environment: [String: String] = [:], file: String? = nil
  ) throws -> GatewaySettings {
    let folder = try TemporaryFolder()
    let path = try file.map { try folder.file("gateway.yaml", $0) }
    return try GatewaySettings(
      SettingTexts(
        flags: flags.merging(["filter": "f.yaml"]) { own, _ in own }, environment: environment, file: path))
  }

  @Test("names of flags and variables follow from the setting's")
  func names() {
    let (limits, listening) = (LimitSection(), ListeningSection())
    #expect(limits.maxBody.flag == "max-body" && limits.maxBody.variable == "SLUICE_MAX_BODY")
    #expect(listening.tlsKey.flag == "tls-key" && listening.http.variable == "SLUICE_HTTP")
  }

  @Test("defaults hold: this machine only, enforce, fail closed, secret scores")
  func defaults() throws {
    let settings = try settings()
    #expect(settings.http?.isLoopback == true && settings.grpc?.isLoopback == true)
    #expect(settings.operations?.isLoopback == true)
    #expect(settings.mode == RouteModes(default: .enforce) && !settings.failOpen && !settings.exposeVerdicts)
    #expect(!settings.allowEmptyChecks && JudgingSection().allowEmptyChecks.variable == "SLUICE_ALLOW_EMPTY_CHECKS")
    #expect(settings.deadline == .seconds(10) && settings.maxBody == 32_000_000 && settings.workers == nil)
    #expect(settings.drainDelay == .seconds(1) && RunningSection().drainDelay.flag == "drain-delay")
  }

  @Test("empty lines and comments in a file of tokens are no tokens")
  func commentsBesideTokens() throws {
    let folder = try TemporaryFolder()
    let text = "# given to the web shop\n\na-long-enough-token\n  # a-token-that-was-revoked\n\r\n"
    let tokens = try settings(["tokenFile": folder.file("tokens", text)]).tokens
    #expect(tokens.admit("Bearer a-long-enough-token") && !tokens.admit("Bearer #a-token-that-was-revoked"))
    #expect(!tokens.admit("Bearer a-token-that-was-revoked") && !tokens.admit("Bearer #giventothewebshop"))
    let none = try folder.file("none", "# nothing yet, however long it is\n")
    #expect(throws: SluiceError.self) { try settings(["tokenFile": none]) }
  }

  @Test("blanks around tokens and comments, and a byte order mark, are no part of them", arguments: ["", "\u{FEFF}"])
  func blanksAroundTokens(mark: String) throws {
    let folder = try TemporaryFolder()
    let text =
      mark + "# a-token-of-nobody-else\n\t#\ta-token-of-nobody\na-long-enough-token\t\n \u{A0} another-long-token \r\n"
    let tokens = try settings(["tokenFile": folder.file("tokens", text)]).tokens
    #expect(tokens.admit("Bearer a-long-enough-token") && tokens.admit("Bearer another-long-token"))
    for comment in ["# a-token-of-nobody-else", "#a-token-of-nobody-else", "\u{FEFF}#a-token-of-nobody-else"] {
      #expect(!tokens.admit("Bearer \(comment)"))
    }
    #expect(!tokens.admit("Bearer a-token-of-nobody") && !tokens.admit("Bearer #\ta-token-of-nobody"))
  }

  @Test(
    "a line with a character that no client can show is named, and not repeated",
    arguments: [
      "two-tokens or-is-it-one", "a-töken-of-somebody", "a-token\u{7}-of-somebody", "a-token-\u{FEFF}of-somebody",
    ])
  func unshowableTokens(line: String) throws {
    let folder = try TemporaryFolder()
    let text = "# tokens\r\n\na-long-enough-token\n\(line)\n"
    for (name, before) in [("tokenFile", ""), ("auditTokenFile", "anna:")] {
      let path = try folder.file(name, text.replacing(line, with: before + line))
      let error = #expect(throws: SluiceError.self) { try settings([name: path]) }
      #expect(
        error?.code == .invalidSetting && error?.message.contains("line 4 has") == true, "\(error?.message ?? "")")
      #expect(error?.description.contains(line) == false)
    }
  }

  @Test(
    "blanks around the colon of a reviewer's line are no part of it, in a file and as a flag",
    arguments: [("anna : ", false), ("anna: ", false), ("anna\t:\t", false), ("anna+private : ", true)])
  func blanksAroundColons(before: String, seesPrivate: Bool) throws {
    let folder = try TemporaryFolder()
    let (token, audit) = ("a-long-enough-token", folder.path)
    let file = try folder.file("tokens", before + token + "\n")
    for flags in [["auditTokenFile": file], ["auditToken": before + token]] {
      let settings = try settings(flags.merging(["audit": audit]) { own, _ in own })
      let reviewer = settings.audit?.reviewers?.reviewer(of: token)
      #expect(reviewer == Reviewer(name: "anna", seesPrivate: seesPrivate), "\(flags.keys)")
    }
  }

  @Test("a flag goes before the environment, and that before the file")
  func precedence() throws {
    let file =
      "queue: 1\nmaxImages: 2\ndeadline: 3s\nupstream: [http://a:1, grpc://b:2]\nmode: [observe, filter=enforce]\n"
    let settings = try settings(
      ["queue": "7"], environment: ["SLUICE_QUEUE": "8", "SLUICE_MAX_IMAGES": "9", "SLUICE_OTHER": "x"], file: file)
    #expect(settings.queue == 7 && settings.maxImages == 9 && settings.deadline == .seconds(3))
    #expect(settings.upstream.map(\.description) == ["http://a:1", "grpc://b:2"])
    #expect(settings.mode == RouteModes(default: .observe, exceptions: [.filter: .enforce]))
  }

  @Test(
    "what is wrong is named, with where it was set and what is permitted",
    arguments: [
      ("queue", "-1", "0 to 100000"), ("queue", "many", "0 to 100000"), ("deadline", "10", "500ms"),
      ("deadline", "0s", "10ms to 1h"), ("maxBody", "10", "32MB"), ("maxBody", "9999GB", "32MB"),
      ("http", "8080", "HOST:PORT"),
      ("http", "host:99999", "HOST:PORT"), ("http", "a b:1", "HOST:PORT"), ("mode", "maybe", "enforce"),
      ("mode", "x=observe", "infer"), ("mode", "infer=observe=x", "enforce"),
      ("upstream", "ftp://a:1", "unknown scheme"),
      ("upstream", "http://a", "host and a port"), ("upstream", "http://u:p@a:1", "name or password"),
      ("upstream", "http://a:1/path", "host and a port"), ("upstream", "http://a:0", "no port"),
      ("upstream", "http://a:1,grpc://b:1, HTTP://A:1/", "names `http://A:1` twice"), ("model", "a/b", "letters"),
      ("failOpen", "perhaps", "true or false"), ("allowEmptyChecks", "perhaps", "true or false"),
      ("workers", "0", "1 to 256"), ("logLevel", "loud", "info"), ("token", "short", "16"),
      ("tlsKey", "k", "tlsCertificate"),
      ("bodyMemory", "1MB", "maxBody"), ("batchDelay", "2s", "0s to 1s"), ("drainDelay", "-1s", "0s to 10m"),
      ("idle", "NaNs", "100ms to 1h"),
    ])
  func wrongValues(name: String, text: String, permitted: String) throws {
    let flag = try #require(SettingSections.settings.first { $0.name == name }).flag
    do {
      _ = try settings([name: text])
      Issue.record("\(name) took \(text)")
    } catch let error as SluiceError {
      #expect(error.code == .invalidSetting)
      #expect(error.description.contains(permitted), "\(error)")
      #expect(error.description.hasPrefix("\(name) (--\(flag)) "), "\(error)")
    }
  }

  @Test("the password in the address of a model server is not repeated")
  func password() {
    let error = #expect(throws: SluiceError.self) { try settings(["upstream": "http://a:1,http://user:hidden@b:2"]) }
    #expect(error?.description.contains("name or password") == true && error?.description.contains("hidden") == false)
  }

  @Test(
    "unknown keys and files that are no mapping",
    arguments: ["queu: 1", "- a", "queue: [1, 2]", "queue: {a: 1}", "a: ["])
  func wrongFiles(text: String) {
    #expect(throws: SluiceError.self) { try settings(file: text) }
  }

  @Test(
    "a file that is no YAML is refused by what is wrong and where, never by what it holds",
    arguments: [
      ("token: SECRET\nauditToken: a\ntoken: SECRET", ":1: not valid YAML: `token` is there twice"),
      ("token: a\ntoken: SECRET\nqueue: 1\nqueue: 2", ":3: not valid YAML: `queue`, `token` are there twice"),
      ("token: {a: SECRET, a: 1}", ":1: not valid YAML: `a` is there twice"),
      (
        "queue: 1\ntoken: @SECRET", ":2:8: not valid YAML: while scanning for the next token in line 2, found character"
      ),
      ("token: \"SECRET\nqueue: 1", ":2:9: not valid YAML: while scanning a quoted scalar in line 1"),
      ("queue: 1\ntoken: SECRET: x", ":2:27: not valid YAML: mapping values are not allowed"),
      ("token: [SECRET", ":2:1: not valid YAML: while parsing a flow sequence in line 1"),
      ("token: *SECRET", ":1:8: not valid YAML: found undefined alias"),
      ("token: SECRET\n---\nqueue: 1", ":2:1: not valid YAML: expected a single document"),
      ("queue: 1\ntoken: SECRET\u{7}", ":2: not valid YAML: control characters are not allowed"),
    ])
  func noYAML(text: String, mentions: String) {
    let secret = "a-long-enough-token"
    let error = #expect(throws: SluiceError.self) { try settings(file: text.replacing("SECRET", with: secret)) }
    #expect(error?.code == .invalidSetting)
    let message = error?.description ?? ""
    #expect(message.contains("gateway.yaml\(mentions)") && !message.contains(secret), "\(message)")
  }

  @Test("a byte order mark before the configuration is no part of it")
  func byteOrderMark() throws {
    #expect(try settings(file: "\u{FEFF}queue: 7\n").queue == 7)
    #expect(throws: Never.self) { try settings(file: "\u{FEFF}") }
  }

  @Test(
    "aliases of aliases that stand for more than memory holds are refused before they are followed",
    arguments: [("? *a11\n: x", ":13: a key is not a single text"), ("queue: *a11", " is longer than 1000000 bytes")])
  func aliases(end: String, mentions: String) {
    let levels = (1..<12).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
    }
    let error = #expect(throws: SluiceError.self) { try settings(file: "a0: &a0 [x]\n" + levels.joined() + end) }
    #expect(error?.code == .invalidSetting)
    #expect(error?.message.contains("gateway.yaml\(mentions)") == true, "\(error?.message ?? "")")
  }

  @Test("to listen beyond this machine takes TLS, a token, or the word insecure")
  func listeningToAll() throws {
    for name in ["http", "grpc", "operations"] {
      #expect(throws: SluiceError.self) { try settings([name: "0.0.0.0:80"]) }
      #expect(throws: SluiceError.self) { try settings([name: "[::]:80"]) }
      #expect(throws: Never.self) { try settings([name: "0.0.0.0:80", "insecure": "true"]) }
      #expect(throws: Never.self) { try settings([name: "[::]:80", "token": "a-long-enough-token"]) }
      #expect(throws: Never.self) { try settings([name: "[::1]:80"]) }
    }
    let tls = ["tlsCertificate": "c.pem", "tlsKey": "k.pem"]
    #expect(throws: Never.self) { try settings(tls.merging(["http": "0.0.0.0:80"]) { $1 }) }
    #expect(throws: SluiceError.self) { try settings(tls.merging(["operations": "0.0.0.0:80"]) { $1 }) }
    #expect(throws: SluiceError.self) { try settings(["http": "off", "grpc": "off"]) }
  }

  @Test("clients are called by their tokens only where tokens are set")
  func clientsByToken() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("tokens", "a-long-enough-token\n")
    let error = #expect(throws: SluiceError.self) { try settings(["auditClient": "token"]) }
    #expect(
      error?.code == .invalidSetting && error?.message.hasPrefix("auditClient (--audit-client) is token, but") == true)
    #expect(try settings(["auditClient": "token", "tokenFile": file]).client == .token)
    #expect(try settings(["auditClient": "token", "token": "a-long-enough-token"]).client == .token)
    for client in ["address", "header:X-Client", "none"] {
      #expect(throws: Never.self) { try settings(["auditClient": client]) }
    }
  }

  /// What `--print-config` prints for what a shell gives the command in a folder.
  private static func printed(_ arguments: String, in folder: String) throws -> String {
    let result = try SluiceCommand.shell(
      "cd '\(folder)' && \"$SLUICE\" serve --print-config \(arguments)",
      environment: ["SLUICE_TOKEN": "a-long-enough-token"])
    #expect(result.status == 0, "\(result.errors)")
    return result.outputText
  }

  /// The lines of a printed configuration that set something, without where it comes from.
  private static func values(_ text: String) -> [String: String] {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let parts = line.split(separator: "  # ")[0].split(separator: ": ", maxSplits: 1).map(String.init)
        return (parts[0], parts[1])
      })
  }

  @Test("what is printed gives the same settings wherever it is kept; secrets are not shown")
  func printing() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.file("tokens", "another-long-enough-token\n")
    let text = try Self.printed(
      """
      -f f.yaml --queue 5 --mode observe,check=enforce --token-file tokens --tls-certificate ./chain.pem \
      --tls-key keys/key.pem --audit log --audit-token a-reviewers-long-token --no-fail-open
      """, in: folder.path)
    #expect(text.contains("queue: \"5\"  # --queue") && text.contains("# token: set, and not shown  # $SLUICE_TOKEN"))
    #expect(
      text.contains("# auditToken: set, and not shown") && !text.contains("a-long") && !text.contains("a-reviewers"))
    #expect(text.contains("tlsKey: \"\(folder.path)/keys/key.pem\"  # --tls-key"))
    let again = try Self.printed("--config '\(other.file("gateway.yaml", text))'", in: other.path)
    let values = Self.values(text)
    #expect(values.count > 40 && values.allSatisfy { Self.values(again)[$0.key] == $0.value }, "\(again)")
    #expect(values["filter"] == "\"\(folder.path)/f.yaml\"" && values["auditToken"] == nil)
  }

  @Test("the command says what is missing, and where to set it")
  func missingFilter() throws {
    let result = try SluiceCommand.run(["serve"])
    #expect(result.status == 2 && result.errors.contains("SLUICE_FILTER"))
  }
}
