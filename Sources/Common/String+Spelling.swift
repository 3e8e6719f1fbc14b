extension String {
  /// Whether two texts are the same byte for byte.
  ///
  /// `==` also takes texts for equal that Unicode calls equivalent, and so brings both into one form first. For a run of
  /// combining marks that takes the square of its length: two megabytes of them keep a processor busy for minutes. So what a
  /// sender wrote, at whatever length, is compared with this, and looked at as bytes; and it is made the key of a table, or
  /// split or searched as a `String`, only where its length is bounded.
  ///
  /// - Complexity: O(bytes).
  package func isSpelt(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether the last bytes are those of another text.
  ///
  /// - Complexity: O(length of the other text).
  package func ends(in other: String) -> Bool {
    utf8.count >= other.utf8.count && utf8.suffix(other.utf8.count).elementsEqual(other.utf8)
  }

  /// The longest name that is taken from a sender, in bytes: far longer than any that means something, and far shorter than
  /// one that `==` takes long for.
  package static let longestName = 1000
}
