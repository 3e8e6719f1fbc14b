/// What is recorded besides what was held back, of which everything always is.
package struct RecordingPolicy: Sendable, Hashable {
  /// The share of clean images of which there is a record. Of those that are questions of a search there are more, as
  /// `SearchAllowance` says.
  package var cleanRecords: Double
  /// The share of recorded clean images whose bytes are kept as well, for replaying them with another filter.
  package var cleanImages: Double
  /// The version of the program.
  package var build: String

  package init(cleanRecords: Double = 1, cleanImages: Double = 0, build: String) {
    self.cleanRecords = cleanRecords
    self.cleanImages = cleanImages
    self.build = build
  }
}
