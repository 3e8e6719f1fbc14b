import Common

/// What became of the memory that gateways share, for metrics and logs.
package enum SharingEvent: Sendable, Hashable {
  /// Questions of this gateway are in the stream.
  case sent(Int)
  /// Questions of other gateways are remembered here.
  case learned(Int)
  case lost(Loss, Int)
  /// From now on this gateway knows what it was asked itself, and no more.
  case unavailable(SluiceError)
  /// From now on gateways know again what the others were asked.
  case available
  /// Old questions stay in the stream until newer ones take their place.
  case notTrimmed(SluiceError)

  package enum Loss: String, Sendable, Hashable, CaseIterable {
    /// Questions of this gateway, because too many wait to be sent.
    case queue
    /// Entries of the stream that are not questions.
    case malformed
  }
}
