/// What every entry of a model in the cache depends on, besides what is asked of the model.
package struct ModelOrigin: Sendable, Hashable {
  /// The engine's build.
  package var engine: String
  /// What the engine can compute in on this processor.
  package var capabilities: String
  /// What tells the processor from others.
  package var processor: String
  /// The digests of all files that make up the model.
  package var digests: [String]
  /// The tensor behind which a part of the model begins; `nil` for all of it.
  package var start: String?

  package init(engine: String, capabilities: String, processor: String, digests: [String], start: String? = nil) {
    self.engine = engine
    self.capabilities = capabilities
    self.processor = processor
    self.digests = digests
    self.start = start
  }

  /// The beginning of every key.
  package var text: String {
    """
    entry 3, exposing \(ExposedTensors.version)
    engine \(engine)
    capabilities \(capabilities)
    \(processor)
    files \(digests.joined(separator: " "))
    \(start.map { "from \($0)\n" } ?? "")
    """
  }
}
