import ArgumentParser
import Common
import Files
import FilterPipeline
import Sluice

/// A filter file and the values for its variables: what it takes to open a filter, again and again.
struct FilterOpening: Sendable {
  let path: String
  /// `NAME=VALUE`.
  let definitions: [String]

  static func check(_ definitions: [String]) throws {
    for definition in definitions where !definition.dropFirst().contains("=") {
      throw ValidationError("--define takes NAME=VALUE, not \(definition)")
    }
  }

  /// Reads the filter file, with or without its detectors and models.
  func file(readsDetectors: Bool = true) throws(SluiceError) -> FilterFile {
    var files = FileVersions()
    return try file(readsDetectors: readsDetectors, noting: &files)
  }

  /// The same, with the files noted that were read, or are read when the filter is opened.
  func file(readsDetectors: Bool = true, noting files: inout FileVersions) throws(SluiceError) -> FilterFile {
    var variables = Self.variables()
    for definition in definitions {
      let parts = definition.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = String(parts[1])
    }
    return try FilterFile(path: path, variables: variables, readsDetectors: readsDetectors, noting: &files)
  }

  func environment(workers: Int) -> PipelineEnvironment { .ofProcess(workers: workers) }

  /// The environment of the process.
  static func variables() -> [String: String] { ProcessVariables.all }
}
