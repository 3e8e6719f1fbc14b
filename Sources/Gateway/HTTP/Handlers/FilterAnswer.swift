import OpenInference

/// What is wanted of a filtered image.
enum FilterAnswer: String, CaseIterable {
  case verdict = "application/json"
  case tensor = "application/x-npy"
  case picture = "image/png"

  /// The form that an `Accept` field prefers (RFC 9110, section 12.5.1): that of the greatest weight, of equals the one that
  /// is named first, and verdicts for whoever takes anything. The most specific range that a form falls under decides about it.
  ///
  /// - Throws: `Refusal` where none is wanted.
  init(accepting field: String?) throws(Refusal) {
    let ranges = (field ?? "").split(separator: ",").enumerated().compactMap { MediaRange($1, place: $0) }
    let isSaid = field?.contains { $0 != " " && $0 != "," } == true
    let offers = Self.allCases.compactMap { form -> (form: Self, range: MediaRange)? in
      let fitting = ranges.filter { $0.holds(form.rawValue) }
      let range = fitting.max { ($0.precision, -$0.place) < ($1.precision, -$1.place) } ?? (isSaid ? nil : .anything)
      return range.flatMap { $0.weight > 0 ? (form, $0) : nil }
    }
    // `max` gives the first of equals.
    guard
      let best = offers.max(by: { ($0.range.weight, -$0.range.place) < ($1.range.weight, -$1.range.place) })
    else {
      throw Refusal(
        .notAcceptable, .invalidRequest,
        "none of the accepted types can be given; there are \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = best.form
  }
}

/// One range of an `Accept` field.
private struct MediaRange {
  let type: String
  /// In thousandths.
  let weight: Int
  let place: Int

  static let anything = MediaRange(type: "*/*", weight: 1000, place: 0)

  /// How closely it says what it means.
  var precision: Int { type == "*/*" ? 0 : type.hasSuffix("/*") ? 1 : 2 }

  private init(type: String, weight: Int, place: Int) {
    (self.type, self.weight, self.place) = (type, weight, place)
  }

  /// `nil` for one whose weight is none.
  init?(_ text: Substring, place: Int) {
    let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
    guard let type = parts.first else { return nil }
    let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Self.thousandths($0.dropFirst(2)) } ?? 1000
    guard let weight else { return nil }
    self.init(type: type, weight: weight, place: place)
  }

  /// 0 or 1, with at most three decimals.
  private static func thousandths(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let decimals = parts.count == 2 ? parts[1] : ""
    guard parts[0] == "0" || parts[0] == "1", decimals.utf8.count <= 3,
      decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let fraction = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count)) ?? 0
    let weight = (parts[0] == "1" ? 1000 : 0) + fraction
    return weight <= 1000 ? weight : nil
  }

  func holds(_ form: String) -> Bool {
    type == form || type == "*/*" || type.hasSuffix("/*") && form.hasPrefix(type.dropLast())
  }
}
