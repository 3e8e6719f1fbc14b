import Common
import Decision

/// Which filter judged, and what it rests on.
package struct RecordedFilter: RecordPart {
  package var name: String?
  /// SHA-256 of the filter file.
  package var digest: String?
  /// SHA-256 of the calibration.
  package var calibration: String?
  /// SHA-256 of models, references and activation ranges, by their keys in the filter file.
  package var files: [RecordedText] = []
  /// The keys of those that only private detectors use.
  package var privateFiles: [String] = []

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("name", \.name), .text("digest", \.digest), .text("calibration", \.calibration), .named("files", \.files),
    .texts("privateFiles", \.privateFiles),
  ]

  /// The digest of the file that a key of the filter file names.
  package func digest(of key: String) -> String? { files.first { $0.name == key }?.text }

  /// The same without files of private detectors.
  package var withoutPrivateFiles: RecordedFilter {
    var filter = self
    let hidden = Set(privateFiles)
    filter.files.removeAll { hidden.contains($0.name) }
    filter.privateFiles = []
    return filter
  }
}

extension FilterIdentity {
  /// With every digest that is known.
  package var recorded: RecordedFilter {
    var filter = RecordedFilter()
    filter.name = name
    filter.digest = digest
    filter.calibration = calibration
    filter.files = files.map { RecordedText(name: $0.key, text: $0.digest) }
    filter.privateFiles = privateFiles
    return filter
  }

  package var json: JSONValue { recorded.json }

  /// The same without files of private detectors.
  package var publicJSON: JSONValue? { recorded.withoutPrivateFiles.json }
}
