extension String {
  /// The text that C has in a buffer: up to its first zero, or to its end where there is none. What is no UTF-8 is replaced.
  package init<Characters: Sequence>(cCharacters characters: Characters) where Characters.Element: FixedWidthInteger {
    self.init(decoding: characters.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }
}
