/// How rare a score is among clean images, in words.
struct Rarity: Sendable, Hashable {
  private let pValue: Double
  /// How many clean images it was compared with; `nil` where the record does not say.
  private let images: Int?

  private static let plausible = 1...1_000_000_000

  /// `nil` for what is no p-value.
  init?(_ pValue: Double?, images: Int?) {
    guard let pValue, pValue > 0, pValue <= 1 else { return nil }
    self.pValue = pValue
    self.images = images.flatMap { Self.plausible.contains($0) ? $0 : nil }
  }

  enum Words: Sendable, Hashable {
    /// The score is higher than those of so many: `399 of 400 clean images`.
    case above(String)
    /// So many reached the score: `about 1 clean image in 250`.
    case reached(String)
  }

  var words: Words {
    guard let images, let lower = lowerImages(of: images) else { return .reached(frequency) }
    if lower == 0 { return .reached("all \(images) clean images") }
    return .above(lower == images ? "all \(images) clean images" : "\(lower) of \(images) clean images")
  }

  /// How many clean images score lower: p = (1 + those that score as high) / (n + 1).
  ///
  /// `nil` where that is no whole number: the p-value is then of another group of clean images than the one that was counted.
  private func lowerImages(of images: Int) -> Int? {
    let lower = Double(images + 1) * (1 - pValue)
    // Records have p-values with nine decimals.
    guard lower >= -0.5, lower < Double(images) + 0.5, abs(lower - lower.rounded()) < 1e-4 + Double(images) * 1e-9
    else { return nil }
    return Int(lower.rounded())
  }

  var frequency: String {
    guard pValue < 0.1 else { return "\(Wording.percent(pValue)) of clean images" }
    return "about 1 clean image in \(Int(min(1e9, 1 / pValue).rounded()))"
  }
}
