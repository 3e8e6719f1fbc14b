import Common

/// What a ZIP file ends with: where its directory is, and how much is in it (PKWARE APPNOTE 6.3, 4.3.14 to 4.3.16).
package struct ZIPEnd {
  package let members: UInt64
  package let directorySize: UInt64
  package let directoryStart: UInt64

  package init(members: UInt64, directorySize: UInt64, directoryStart: UInt64) {
    self.members = members
    self.directorySize = directorySize
    self.directoryStart = directoryStart
  }

  package var bytes: [UInt8] { (isLong ? longRecord + locator : []) + record }

  /// Whether a number does not fit its place in the short record. Readers that know archives by their first bytes take an
  /// empty one with the long record for no archive.
  private var isLong: Bool {
    members >= UInt16.max || directorySize >= UInt32.max || directoryStart >= UInt32.max
  }

  private var longRecord: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt32(0x0606_4B50))
    bytes.append(littleEndian: UInt64(44))
    bytes.append(littleEndian: UInt16(45))
    bytes.append(littleEndian: UInt16(45))
    bytes.append(littleEndian: UInt64(0))
    for value in [members, members, directorySize, directoryStart] { bytes.append(littleEndian: value) }
    return bytes
  }

  /// Where the long record is.
  private var locator: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt32(0x0706_4B50))
    bytes.append(littleEndian: UInt32(0))
    bytes.append(littleEndian: directoryStart + directorySize)
    bytes.append(littleEndian: UInt32(1))
    return bytes
  }

  /// The short record. It refers readers to the long one where a number does not fit.
  private var record: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt32(0x0605_4B50))
    bytes.append(littleEndian: UInt32(0))
    for _ in 0..<2 { bytes.append(littleEndian: UInt16(clamping: members)) }
    bytes.append(littleEndian: UInt32(clamping: directorySize))
    bytes.append(littleEndian: UInt32(clamping: directoryStart))
    bytes.append(littleEndian: UInt16(0))
    return bytes
  }
}
