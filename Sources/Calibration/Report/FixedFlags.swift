/// How many photographs detectors with a threshold of their own flag: no budget knows of these.
package struct FixedFlags: Sendable {
  package struct Row: Sendable, Hashable {
    package let detector: String
    package let count: Int
    /// What the detector says of one of them.
    package let example: String
  }

  /// The photographs as they came, without changed versions.
  package let photographs: Int
  /// Those that flag any, in the order of their names.
  package let rows: [Row]

  package init(_ clean: [ScoredImage]) {
    let originals = clean.filter { $0.kind == ScoredImage.original }
    var counts: [String: Int] = [:]
    var examples: [String: String] = [:]
    for (detector, sentence) in originals.flatMap(\.flags) {
      counts[detector, default: 0] += 1
      // The same whatever the order of the images.
      examples[detector] = examples[detector].map { min($0, sentence) } ?? sentence
    }
    photographs = originals.count
    rows = counts.sorted { $0.key < $1.key }.map {
      Row(detector: $0.key, count: $0.value, example: examples[$0.key] ?? "")
    }
  }
}

extension FixedFlags.Row {
  package func text(of photographs: Int) -> String {
    "\(detector) flags \(count) of \(photographs) clean images, whatever the budget: \(example)"
  }
}
