/// ICC profiles made on the spot: a tone curve for each channel, and for colour the primaries of sRGB.
package enum ICCProfiles {
  /// Those of sRGB.
  package static let primaries = [
    [0.4360747, 0.2225045, 0.0139322], [0.3850649, 0.7168786, 0.0971045], [0.1430804, 0.0606169, 0.7141733],
  ]

  /// A curve that is a power, in the given 256ths.
  package static func curve(gamma: Double) -> [UInt8] {
    let scaled = UInt16((gamma * 256).rounded(.down))
    return Array("curv".utf8) + [0, 0, 0, 0] + EncodedImages.bigEndian(1) + [
      UInt8(scaled >> 8), UInt8(scaled & 255), 0, 0,
    ]
  }

  /// A profile for colour pictures.
  ///
  /// - Parameters:
  ///   - isSwapped: whether red and blue are exchanged.
  package static func colour(gamma: Double, isSwapped: Bool = false) -> [UInt8] {
    let curve = curve(gamma: gamma)
    return colour(curves: [curve, curve, curve], isSwapped: isSwapped)
  }

  package static func colour(curves: [[UInt8]], isSwapped: Bool = false) -> [UInt8] {
    let ordered = isSwapped ? primaries.reversed() : primaries
    let bodies = ordered.map { Array("XYZ ".utf8) + [0, 0, 0, 0] + $0.flatMap(fixed) } + curves
    return profile("RGB ", Array(zip(["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"], bodies)))
  }

  /// A profile for gray pictures.
  package static func gray(gamma: Double) -> [UInt8] { profile("GRAY", [("kTRC", curve(gamma: gamma))]) }

  /// A signed 16.16 fixed-point number.
  package static func fixed(_ value: Double) -> [UInt8] {
    EncodedImages.bigEndian(UInt32(bitPattern: Int32((value * 65_536).rounded())))
  }

  private static func profile(_ space: String, _ tags: [(name: String, body: [UInt8])]) -> [UInt8] {
    var offset = 128 + 4 + 12 * tags.count
    var table = EncodedImages.bigEndian(UInt32(tags.count))
    for (name, body) in tags {
      table += Array(name.utf8) + EncodedImages.bigEndian(UInt32(offset)) + EncodedImages.bigEndian(UInt32(body.count))
      offset += body.count
    }
    let header =
      [UInt8](repeating: 0, count: 16) + Array("\(space)XYZ ".utf8) + [UInt8](repeating: 0, count: 12)
      + Array("acsp".utf8) + [UInt8](repeating: 0, count: 88)
    return header + table + tags.flatMap(\.body)
  }
}
