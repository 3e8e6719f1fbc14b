/// Which features a witness looks at: drawn by a secret, so that no two operators have the same witness.
package enum DrawnFeatures {
  /// - Parameters:
  ///   - count: how many to draw.
  ///   - total: how many there are.
  ///   - hmac: bytes that whoever lacks the secret cannot know, the same for the same text: HMAC-SHA-256 under it.
  /// - Returns: their numbers, ascending, each once; every choice is equally likely.
  /// - Precondition: 0 ≤ count ≤ total ≤ 2³².
  /// - Complexity: O(total) and O(count) digests.
  package static func drawn(_ count: Int, of total: Int, hmac: @escaping (String) -> [UInt8]) -> [Int] {
    precondition((0...total).contains(count) && total <= 1 << 32)
    var source = Draws(hmac: hmac)
    var numbers = Array(0..<total)
    // Fisher and Yates, as far as it is needed.
    for place in 0..<count { numbers.swapAt(place, place + source.number(below: total - place)) }
    return numbers[..<count].sorted()
  }

  private struct Draws {
    let hmac: (String) -> [UInt8]
    private var bytes: [UInt8] = []
    private var block = 0

    init(hmac: @escaping (String) -> [UInt8]) { self.hmac = hmac }

    mutating func number(below limit: Int) -> Int {
      let range = UInt64(1) << 32
      // Numbers above the last whole multiple would make the first ones likelier.
      let usable = range - range % UInt64(limit)
      while true {
        let drawn = next()
        if drawn < usable { return Int(drawn % UInt64(limit)) }
      }
    }

    private mutating func next() -> UInt64 {
      if bytes.count < 4 {
        bytes = hmac("witness features \(block)")
        block += 1
      }
      defer { bytes.removeFirst(4) }
      return bytes.prefix(4).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
