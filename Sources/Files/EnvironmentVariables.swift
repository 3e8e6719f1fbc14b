extension [String: String] {
  /// What a variable of an environment says; `nil` where it is not there, or empty: shells and service managers unset variables so.
  package func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
