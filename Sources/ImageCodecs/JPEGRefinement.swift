/// What the scans of a JPEG have brought of its coefficients, each of which may come in several scans, bits after bits
/// (ITU-T T.81, annex G). A file may leave out some; decoders then guess, and not all in the same way.
struct JPEGRefinement {
  /// For each component and each of the 64 places in a block, how many of the low bits are still missing.
  private var missingBits: [UInt8]

  private static let places = 64
  private static let nothingYet: UInt8 = .max

  init(components: Int) {
    missingBits = Array(repeating: Self.nothingYet, count: Self.places * components)
  }

  /// Notes what a scan brings.
  ///
  /// - Parameters:
  ///   - components: their indexes in the frame.
  ///   - part: three bytes of a progressive scan: the first and the last place, and the bits before and after it. `nil`
  ///     for a sequential one, which brings all bits of all places.
  mutating func note(_ components: [Int], _ part: Span<UInt8>?) {
    var (first, last, missing) = (0, Self.places - 1, UInt8(0))
    if let part {
      guard part.count >= 3 else { return }
      (first, last, missing) = (Int(part[0]), min(Int(part[1]), last), part[2] & 15)
    }
    guard first <= last else { return }
    for component in components {
      for place in first...last { missingBits[Self.places * component + place] = missing }
    }
  }

  /// Places of a block, of all components together, whose coefficients lack bits.
  var missing: Int { missingBits.count { $0 > 0 } }
}
