/// The ways in which files carry an ICC profile. What the profile says is not looked at.
enum ColourProfile {
  /// Longest profile that is put together; those of displays and printers are far below.
  static let maxBytes = 4 << 20

  /// A piece of a profile in a JPEG's APP2 segments (ICC.1:2022, annex B.4).
  struct Segment {
    /// Counted from 1.
    let number: Int
    /// How many pieces there are.
    let count: Int
    /// Where in the file the piece lies.
    let range: Range<Int>

    static let signature: StaticString = "ICC_PROFILE\0"
    static let headerBytes = 14
    /// Numbers have one byte.
    static let maxCount = 255

    /// The segment whose body lies at `offset`.
    ///
    /// - Precondition: the body begins with the signature.
    init(_ body: Span<UInt8>, at offset: Int) {
      number = body.count > 12 ? Int(body[12]) : 0
      count = body.count > 13 ? Int(body[13]) : 0
      range = offset + min(Self.headerBytes, body.count)..<offset + body.count
    }
  }

  /// The profile in the given segments, in the order of their numbers; `nil` when one is missing, double or at odds
  /// with the others, and for a profile that is too long or empty.
  ///
  /// - Complexity: O(bytes).
  static func joined(_ segments: [Segment], in bytes: Span<UInt8>) -> [UInt8]? {
    let ordered = segments.sorted { $0.number < $1.number }
    guard ordered.map(\.number).elementsEqual(1...max(1, ordered.count)),
      ordered.allSatisfy({ $0.count == ordered.count })
    else { return nil }
    let total = ordered.reduce(0) { $0 + $1.range.count }
    guard (1...maxBytes).contains(total) else { return nil }
    return [UInt8](capacity: total) { profile in
      for segment in ordered { for offset in segment.range { profile.append(bytes[offset]) } }
    }
  }

  /// The profile in the body of a PNG's iCCP chunk: a name of 1 to 79 bytes, a zero, the method 0, and the profile
  /// deflated; `nil` when any of these is malformed, or the profile too long or empty.
  ///
  /// - Complexity: O(bytes + length of the profile).
  static func inflated(_ chunk: Span<UInt8>) -> [UInt8]? {
    guard let nameEnd = chunk.firstOffset(of: 0, from: 0), (1...79).contains(nameEnd),
      chunk.count > nameEnd + 2, chunk[nameEnd + 1] == 0
    else { return nil }
    let profile = [UInt8](inflating: chunk.extracting((nameEnd + 2)...), atMost: maxBytes)
    return profile.isEmpty ? nil : profile
  }
}
