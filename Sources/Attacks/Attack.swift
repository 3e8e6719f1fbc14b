import Common

/// A way to change a picture so that a target fails on it, by asking and nothing else.
package protocol Attack: Sendable {
  static var kind: AttackKind { get }
  /// How far a success may be from the original.
  var limit: DistanceLimit { get }

  /// Changes the oracle's original until it succeeds, or no query is left. What succeeded, the oracle keeps.
  ///
  /// - Parameters:
  ///   - starts: other pictures of the same size, in a random order, that an attack may begin at.
  ///   - random: all chance comes from it.
  /// - Throws: what asking throws.
  func run(_ oracle: Oracle, starts: [Picture], random: inout RandomNumbers) async throws(SluiceError)
}
