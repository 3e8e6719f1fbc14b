/// What is done about a search for an adversarial image.
package enum SearchAction: String, Sendable, Hashable, CaseIterable {
  /// Nothing is remembered, so nothing is noticed.
  case off
  /// Answers stay as they are; the audit log and the metrics know.
  case silent
  /// Whoever searches is answered like the first time he asked about the picture.
  case freeze
  /// Answers to a search come later.
  case slow
  /// Questions of a search are turned away as if the gateway were busy.
  case refuse
}
