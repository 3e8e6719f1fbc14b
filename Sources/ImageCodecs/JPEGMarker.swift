/// The second byte of a JPEG marker (ITU-T T.81, table B.1).
package struct JPEGMarker: RawRepresentable, Sendable, Hashable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let endOfImage = JPEGMarker(rawValue: 0xD9)
  package static let startOfScan = JPEGMarker(rawValue: 0xDA)
  package static let comment = JPEGMarker(rawValue: 0xFE)
  package static let exifSegment = JPEGMarker(rawValue: 0xE1)
  /// For private use in arithmetic coding.
  static let temporary = JPEGMarker(rawValue: 0x01)
  static let applicationSegment0 = JPEGMarker(rawValue: 0xE0)
  static let applicationSegment2 = JPEGMarker(rawValue: 0xE2)
  static let quantisationTables = JPEGMarker(rawValue: 0xDB)
  static let adobeSegment = JPEGMarker(rawValue: 0xEE)

  /// A frame header: SOF0…SOF15 without the three codes in that range that mean something else, and that of JPEG-LS.
  var isFrame: Bool {
    (0xC0...0xCF).contains(rawValue) && ![0xC4, 0xC8, 0xCC].contains(rawValue) || self == .losslessFrame
  }

  /// The frame header of JPEG-LS (ITU-T T.87), which is another format in the same clothes.
  private static let losslessFrame = JPEGMarker(rawValue: 0xF7)

  /// What a frame header says about the coding, for people.
  var processName: String { self == .losslessFrame ? "JPEG-LS" : "SOF\(rawValue & 15)" }

  /// Is followed by a length: neither standing alone, nor reserved, nor no marker at all.
  package var beginsSegment: Bool { rawValue >= 0xC0 && rawValue != 0xFF && !isStandalone }

  /// APP0…APP15: metadata of any kind, thumbnails among it.
  package var isApplicationData: Bool { (0xE0...0xEF).contains(rawValue) }

  /// Stands alone: no length follows.
  package var isStandalone: Bool { self == .temporary || (0xD0...0xD9).contains(rawValue) }

  /// Stands alone, and means nothing between segments: restart markers, and one for private use in arithmetic coding.
  package var isPassedOver: Bool { self == .temporary || (0xD0...0xD7).contains(rawValue) }

  /// Begins a segment that decoders skip, whatever it holds: application data, a comment, a number of lines.
  var mayBeSkipped: Bool { isApplicationData || self == .comment || rawValue == 0xDC }

  /// Begins what stands first in a JPEG: JFIF, EXIF and other segments, tables, frames or a comment; never a stuffed byte
  /// or a restart.
  var mayStandFirst: Bool {
    isApplicationData || self == .comment || [0xDB, 0xC0, 0xC1, 0xC2, 0xC4, 0xDD].contains(rawValue)
  }

  /// Occurs inside entropy-coded data without ending it: a stuffed zero, or a restart marker.
  package var continuesScan: Bool { rawValue == 0x00 || (0xD0...0xD7).contains(rawValue) }
}
