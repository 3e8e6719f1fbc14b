import ImageCodecs
import TestSupport

/// Kinds of streams that were, or could be, walked in vain.
enum HostileStream: CaseIterable {
  /// Beginnings of PNG that all lead into one chain of chunks, which breaks at its end.
  case chunksLeadingNowhere
  /// The same, but the chain has an end.
  case chunksLeadingToAnEnd
  /// Beginnings that all claim the same bytes, which have to be summed.
  case claimsOfTheSameBytes
  /// Beginnings of JPEG whose first segment leads to one of two long rows of fill bytes.
  case rowsOfFill
  /// Segments that hold many beginnings, whose chains of the shortest segments end just beside the segment's end.
  case chainsOfShortSegments
  /// Beginnings of JPEG inside application segments, too few of them to end the search for more.
  case sparseBeginnings
  /// Scans without an end.
  case scans
  /// Beginnings of JPEG whose first segment leads to padding before one scan without an end.
  case paddingBeforeAScan
  /// Segments with padding behind them, which hold a beginning that does not end.
  case paddingBehindBeginnings

  /// The shorter of the two sizes to compare.
  var size: Int {
    switch self {
    case .chainsOfShortSegments: 200_000
    case .sparseBeginnings: 400_000
    default: 40_000
    }
  }

  func bytes(_ size: Int) -> [UInt8] {
    switch self {
    case .chunksLeadingNowhere: Self.linked(size)
    case .chunksLeadingToAnEnd: Self.linked(size) + EncodedImages.chunk("IEND", [])
    case .claimsOfTheSameBytes: Self.nested(size, [0x41])
    case .rowsOfFill: Self.rowsOfFill(size)
    case .chainsOfShortSegments: Self.repeated(size) { _ in Self.beginningsBeforeAChain }
    case .sparseBeginnings:
      Self.repeated(size) { _ in
        // The segment ends where the twelfth beginning from here stands.
        Self.jpeg(0xE0, 12 * 5006 - 4) + [UInt8](repeating: 0x41, count: 5000)
      }
    case .paddingBeforeAScan: Self.paddingBeforeAScan(size)
    case .paddingBehindBeginnings:
      Self.repeated(size) { _ in
        Self.jpeg(0xE0, 500) + Self.jpeg(0xE0, 4) + [UInt8](repeating: 0x41, count: 550) + [0xFF, 0xE0, 0, 2]
      }
    case .scans: Self.repeated(size) { _ in Self.jpeg(0xDA, 2) + [UInt8](repeating: 0x41, count: 100) + [0xFF, 0xC4] }
    }
  }

  private static func repeated(_ size: Int, _ part: (Int) -> [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < size { bytes += part(bytes.count) }
    return bytes
  }

  private static func chunk(_ body: [UInt8]) -> [UInt8] {
    [0, 0, 0, UInt8(body.count)] + Array("aaAa".utf8) + body + [1, 2, 3, 4]
  }

  private static func png(claiming length: Int) -> [UInt8] {
    ImageFormat.png.signature + EncodedImages.bigEndian(UInt32(max(0, length))) + Array("bbBb".utf8)
  }

  private static func jpeg(_ marker: UInt8, _ length: Int) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, marker, UInt8(length >> 8 & 255), UInt8(length & 255)]
  }

  /// As many beginnings as fill half of the size, all with a first chunk that ends where the other half begins.
  private static func nested(_ size: Int, _ rest: [UInt8]) -> [UInt8] {
    let half = size / 32 * 16
    return beginnings(half) + repeated(half) { _ in rest }
  }

  /// Beginnings in groups whose chunks are short, so that sums cost little; each group is linked to the other half.
  private static func linked(_ size: Int) -> [UInt8] {
    let group = beginnings(256)
    let length = group.count + 8
    let heads = size / 2 / length * length
    var bytes: [UInt8] = []
    while bytes.count < heads {
      let claim = heads - bytes.count - length
      bytes += group + EncodedImages.bigEndian(UInt32(claim)) + Array("ccCc".utf8)
    }
    // The checksum of the links.
    bytes += [0, 0, 0, 0]
    return bytes + repeated(heads) { _ in chunk([]) }
  }

  /// Beginnings of which each claims all that follow it.
  private static func beginnings(_ size: Int) -> [UInt8] {
    stride(from: 0, to: size, by: 16).flatMap { png(claiming: max(0, size - $0 - 20)) }
  }

  private static func rowsOfFill(_ size: Int) -> [UInt8] {
    let (heads, short) = (6000, 3000)
    let beginnings = stride(from: 0, to: heads, by: 6).flatMap { place in
      jpeg(0xE0, heads - place - 4 + (place % 12 == 0 ? 0 : short + 1))
    }
    return beginnings + [UInt8](repeating: 0xFF, count: short) + [0]
      + [UInt8](repeating: 0xFF, count: max(0, size - heads - short)) + [0]
  }

  private static func paddingBeforeAScan(_ size: Int) -> [UInt8] {
    let heads = 6000
    let beginnings = stride(from: 0, to: heads, by: 6).flatMap { place in jpeg(0xE0, heads - place - 4) }
    return beginnings + [UInt8](repeating: 0, count: 60) + jpeg(0xDA, 2).dropFirst(2)
      + [UInt8](repeating: 0x41, count: max(0, size - heads))
  }

  private static let beginningsBeforeAChain: [UInt8] = {
    let (heads, links) = (30_000, 30_000)
    let beginnings = stride(from: 0, to: heads, by: 6).flatMap { place -> [UInt8] in
      // One in fifteen leads to the segment's end; the others to the chain, which passes it by a byte.
      let toEnd = heads + links - place - 4
      return jpeg(0xE0, place / 6 % 15 == 14 ? toEnd : heads - place - 4 + 1)
    }
    let chain: [UInt8] = [0x41] + (0..<links / 4).flatMap { _ -> [UInt8] in [0xFF, 0xE0, 0, 2] }
    return beginnings + chain.prefix(links) + jpeg(0xE0, 8).dropFirst(2) + [UInt8](repeating: 0x41, count: 50)
  }()

  /// Beginnings, chunks, segments, rows and rests in any order, many of them claiming what follows.
  static func random(_ size: Int, using random: inout RepeatableRandom) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < size {
      let left = size - bytes.count
      let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in part(left, using: &random) }
      for _ in 0..<Int.random(in: 1...40, using: &random) where bytes.count < size { bytes += parts.flatMap { $0 } }
    }
    return bytes
  }

  private static func part(_ left: Int, using random: inout RepeatableRandom) -> [UInt8] {
    let claim = Int.random(in: 0...2, using: &random) == 0 ? Int.random(in: 2...40, using: &random) : max(2, left - 100)
    let count = Int.random(in: 1...40, using: &random)
    switch Int.random(in: 0...12, using: &random) {
    case 0, 1: return png(claiming: claim)
    case 2, 3: return jpeg(0xE0 + UInt8(count % 2), min(claim, 65_535))
    case 4: return jpeg([0xDA, 0xDB, 0xFE][count % 3], min(claim, 65_535))
    case 5: return Array(jpeg(0xE0, min(claim, 65_535)).dropFirst(2))
    case 6: return [UInt8](repeating: 0xFF, count: count * 20)
    case 7: return (0..<count).flatMap { _ in chunk([]) }
    case 8: return EncodedImages.chunk("aaAa", [UInt8](repeating: 0x41, count: count))
    case 9: return EncodedImages.chunk("IEND", [])
    case 10: return (0..<count).flatMap { _ -> [UInt8] in [0xFF, 0xE0, 0, 2] }
    case 11: return [UInt8](repeating: 0, count: count)
    default: return (0..<count).map { _ in UInt8.random(in: 1...255, using: &random) }
    }
  }
}
