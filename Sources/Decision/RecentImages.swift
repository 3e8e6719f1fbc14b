/// Images that came lately, in a table of fixed size: each takes the place of whichever had it before.
struct RecentImages: Sendable {
  private var table = [UInt64](repeating: 0, count: 1 << 14)

  /// Whether the image is not known to have come before.
  ///
  /// - Parameters:
  ///   - digest: its SHA-256 in hexadecimal; `nil` where it is not known, which is always new.
  mutating func insert(_ digest: String?) -> Bool {
    guard let image = digest.flatMap({ UInt64($0.prefix(16), radix: 16) }) else { return true }
    let place = Int(truncatingIfNeeded: image) & (table.count - 1)
    defer { table[place] = image }
    return table[place] != image
  }
}
