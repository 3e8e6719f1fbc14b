import GRPCCore

extension Metadata {
  /// The first value of a field.
  func text(_ key: String) -> String? { self[stringValues: key].first { _ in true } }
}
