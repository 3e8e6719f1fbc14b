extension String {
  /// The text with a sign put before each of some others.
  ///
  /// By scalars: to a `Character`, a quote with a combining mark is no quote any more, and to other programs it is.
  package func escaping(_ signs: String, with sign: Unicode.Scalar) -> String {
    let escaped = Set(signs.unicodeScalars)
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if escaped.contains(scalar) { result.append(sign) }
      result.append(scalar)
    }
    return String(result)
  }
}
