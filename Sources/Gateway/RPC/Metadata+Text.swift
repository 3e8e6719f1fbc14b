import GRPCCore

extension Metadata {
  /// The first value of a field.
  func text(_ key: String) -> String? { self[stringValues: key].first { _ in true } }

  /// All values of a field that is a list, which may be in one piece or several; `nil` where there is none.
  func list(_ key: String) -> String? {
    let values = Array(self[stringValues: key])
    return values.isEmpty ? nil : values.joined(separator: ",")
  }
}
