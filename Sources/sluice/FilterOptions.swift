import ArgumentParser
import Crypto
import FilterPipeline
import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// The options that name a filter and open it.
struct FilterOptions: ParsableArguments {
  @Option(
    name: [.short, .customLong("filter")], help: "The filter file (YAML).",
    completion: .file(extensions: ["yaml", "yml"]))
  var filter: String

  @Option(
    name: .customLong("define"),
    help: ArgumentHelp("A value for ${NAME} in the filter file's paths; may be repeated.", valueName: "NAME=VALUE"))
  var definitions: [String] = []

  func validate() throws {
    for definition in definitions where !definition.dropFirst().contains("=") {
      throw ValidationError("--define takes NAME=VALUE, not \(definition)")
    }
  }

  /// Reads the filter file and opens its classifier, for so many images at a time.
  func pipeline(workers: Int, observes: Bool = false) throws(SluiceError) -> Pipeline {
    try Pipeline(try file(), pipelineEnvironment(workers: workers, observes: observes))
  }

  func pipelineEnvironment(workers: Int, observes: Bool = false) -> PipelineEnvironment {
    PipelineEnvironment(
      sha256: sha256, sha256OfFile: sha256OfFile, hmac: hmac, variables: environment(), workers: workers,
      observes: observes)
  }

  /// Reads the filter file, with or without its detectors and models.
  func file(readsDetectors: Bool = true) throws(SluiceError) -> FilterFile {
    var variables = environment()
    for definition in definitions {
      let parts = definition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = String(parts[1])
    }
    return try FilterFile(path: filter, variables: variables, readsDetectors: readsDetectors)
  }

  private func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return variables
  }
}

/// SHA-256 in lower-case hexadecimal.
@Sendable func sha256(_ bytes: [UInt8]) -> String {
  hexadecimal(SHA256.hash(data: bytes))
}

private func hexadecimal(_ digest: SHA256.Digest) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(64)
  for byte in digest {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// SHA-256 of a file of any length, in lower-case hexadecimal.
@Sendable private func sha256OfFile(_ path: String) throws(SluiceError) -> String {
  var hash = SHA256()
  try readFile(path) { hash.update(data: $0) }
  return hexadecimal(hash.finalize())
}

/// HMAC-SHA-256 (RFC 2104): 32 bytes.
@Sendable private func hmac(_ secret: [UInt8], _ text: String) -> [UInt8] {
  Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: secret)))
}
