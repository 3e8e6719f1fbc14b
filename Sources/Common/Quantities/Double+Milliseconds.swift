extension Double {
  /// So many milliseconds for people: `3.5 ms`, `0.42 ms`, `7 µs`.
  package var millisecondsText: String {
    if self < 0.01 { return "\(Int((max(0, self) * 1000).rounded())) µs" }
    let scale = self < 1 ? 100.0 : 10.0
    return "\((self * scale).rounded() / scale) ms"
  }
}
