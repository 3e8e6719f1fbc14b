/// How a JPEG was compressed, as far as its headers tell.
package struct JPEGCompression: Sendable, Hashable {
  /// How many luma samples share a chroma sample.
  package enum ChromaSubsampling: String, Sendable, Hashable, CaseIterable {
    case none = "4:4:4"
    case horizontal = "4:2:2"
    case vertical = "4:4:0"
    case both = "4:2:0"
    case gray
    case other
  }

  /// 1…100, the one whose luminance table is nearest; `nil` where the file has no such table.
  package let quality: Int?
  package let subsampling: ChromaSubsampling
}

extension JPEGCompression {
  /// The luminance table of ITU-T T.81 annex K, in zigzag order.
  private static let standardTable = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121,
    112, 100, 120, 92, 101, 103, 99,
  ]

  /// The quality, in the scaling of the Independent JPEG Group, whose table differs least from the given one; the
  /// higher one of two.
  ///
  /// - Parameters:
  ///   - table: 64 values in zigzag order.
  static func quality(of table: [Int]) -> Int {
    let count = standardTable.count
    let scaled = scaledTables.span
    var best = (quality: 1, difference: Int.max)
    for quality in 1...100 {
      var difference = 0
      let start = (quality - 1) * count
      for index in 0..<min(count, table.count) { difference += abs(scaled[start + index] - table[index]) }
      if difference <= best.difference { best = (quality, difference) }
    }
    return best.quality
  }

  /// The standard table in the scaling of each quality, one after another.
  private static let scaledTables = (1...100).flatMap { quality in
    let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
    return standardTable.map { min(255, max(1, ($0 * scale + 50) / 100)) }
  }

  /// The quantisation tables in the body of a DQT segment, by their numbers; what does not fit its length is left out.
  static func quantisationTables(in body: Span<UInt8>) -> [(number: Int, values: [Int])] {
    var tables: [(number: Int, values: [Int])] = []
    var offset = 0
    while offset < body.count {
      let (precision, number) = (Int(body[offset] >> 4), Int(body[offset] & 15))
      let length = 64 * (precision + 1)
      guard precision <= 1, offset + 1 + length <= body.count else { break }
      let start = offset + 1
      let values = (0..<64).map { index in
        precision == 0
          ? Int(body[start + index]) : Int(body[start + 2 * index]) << 8 | Int(body[start + 2 * index + 1])
      }
      tables.append((number, values))
      offset = start + length
    }
    return tables
  }
}

extension JPEGCompression.ChromaSubsampling {
  /// - Parameters:
  ///   - factors: the horizontal and vertical sampling factors of each component, as in its frame header.
  init(factors: [(horizontal: Int, vertical: Int)]) {
    guard let luma = factors.first, factors.count == 3 else {
      self = factors.count == 1 ? .gray : .other
      return
    }
    let (chroma, other) = (factors[1], factors[2])
    let isWhole = luma.horizontal.isMultiple(of: chroma.horizontal) && luma.vertical.isMultiple(of: chroma.vertical)
    guard chroma == other, isWhole else {
      self = .other
      return
    }
    // What counts is how many times finer luma is: 4:2:2 may be written as 2×1 beside 1×1, or 2×2 beside 1×2.
    switch (luma.horizontal / max(1, chroma.horizontal), luma.vertical / max(1, chroma.vertical)) {
    case (1, 1): self = .none
    case (2, 1): self = .horizontal
    case (1, 2): self = .vertical
    case (2, 2): self = .both
    default: self = .other
    }
  }
}
