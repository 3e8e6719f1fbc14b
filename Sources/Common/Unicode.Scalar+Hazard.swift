extension Unicode.Scalar {
  /// What a scalar can do to whoever reads a text with it: names and texts come from strangers. Each level is worse than the one
  /// before it, and whoever writes a text says from which level on it lets no scalar through.
  package enum Hazard: Sendable, Comparable {
    /// Nothing: it is seen, or it is a space.
    case none
    /// It says how its neighbours are written, as soft hyphens do.
    case formats
    /// It takes no room, so that two texts that look alike differ: zero-width spaces and joiners. Emoji and Persian need joiners.
    case hides
    /// It turns the direction of what follows: directional marks, embeddings, overrides and isolates.
    case turns
    /// It breaks a line without being a control character: U+2028 and U+2029.
    case breaks
    /// It steers a terminal: control characters, line breaks and tabs among them.
    case steers
  }

  /// - Complexity: O(1).
  package var hazard: Hazard {
    switch value {
    case 0x20..<0x7F: .none
    case 0..<0x20, 0x7F...0x9F: .steers
    case 0x2028, 0x2029: .breaks
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: .turns
    case 0x200B...0x200D, 0xFEFF: .hides
    default: properties.generalCategory == .format ? .formats : .none
    }
  }
}
