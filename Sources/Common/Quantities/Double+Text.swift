extension Double {
  /// The number as people write it: a whole one without a fraction.
  package var plainText: String {
    self == rounded() && abs(self) < 1e16 ? String(Int(self)) : "\(self)"
  }
}
