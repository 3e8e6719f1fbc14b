import Common

/// What an entry of the cache was made from, as text.
struct CacheKey: Hashable {
  let text: String
}

/// What lies in a file of the cache: the payload, the key, the key's length as four bytes, and a checksum of all of this.
///
/// The checksum stands last, so that an entry that was cut short has none.
struct CacheEntry: Sendable {
  let bytes: CachedBytes
  /// How many of the bytes, from the first on, are the payload.
  let payloadCount: Int

  /// `nil` unless the file is whole and belongs to the key.
  ///
  /// - Complexity: O(bytes).
  init?(_ bytes: CachedBytes, key: CacheKey) {
    let ending = Self.ending(key)
    let summed = bytes.count - CacheChecksum.length
    payloadCount = summed - ending.count
    self.bytes = bytes
    guard payloadCount >= 0, bytes.elements(payloadCount..<summed) == ending,
      bytes.elements(summed..<bytes.count) == Self.checksum(bytes, summed)
    else { return nil }
  }

  var payload: [UInt8] { bytes.elements(0..<payloadCount) }

  /// What follows the payload, before the checksum.
  static func ending(_ key: CacheKey) -> [UInt8] {
    var ending = Array(key.text.utf8)
    ending.append(littleEndian: UInt32(truncatingIfNeeded: ending.count))
    return ending
  }

  /// The checksum of the first bytes.
  static func checksum(_ bytes: CachedBytes, _ count: Int) -> [UInt8] {
    Array(bytes.withBytes(0..<count) { CacheChecksum.text(of: $0) }.utf8)
  }
}
