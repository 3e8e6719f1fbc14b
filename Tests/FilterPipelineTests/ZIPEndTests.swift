import FilterPipeline
import Testing

struct ZIPEndTests {
  private static let longRecords = 56 + 20

  @Test("the records of long archives are written where a number needs them, and nowhere else")
  func longRecords() {
    let (members, bytes) = (UInt64(UInt16.max), UInt64(UInt32.max))
    for (end, isLong) in [
      (ZIPEnd(members: 0, directorySize: 0, directoryStart: 0), false),
      (ZIPEnd(members: members - 1, directorySize: bytes - 1, directoryStart: bytes - 1), false),
      (ZIPEnd(members: members, directorySize: 1, directoryStart: 1), true),
      (ZIPEnd(members: 1, directorySize: bytes, directoryStart: 1), true),
      (ZIPEnd(members: 1, directorySize: 1, directoryStart: bytes + 1), true),
    ] {
      #expect(end.bytes.count == 22 + (isLong ? Self.longRecords : 0))
      #expect(end.bytes.starts(with: [0x50, 0x4B, isLong ? 6 : 5, 6]))
    }
  }

  @Test func anEmptyArchiveIsAShortRecordOfZeros() {
    let end = ZIPEnd(members: 0, directorySize: 0, directoryStart: 0)
    #expect(end.bytes == [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
  }

  @Test func theShortRecordRefersToTheLongOne() {
    let end = ZIPEnd(members: 70_000, directorySize: 3, directoryStart: 1 << 32).bytes
    #expect(end[24..<32].elementsEqual([0x70, 0x11, 1, 0, 0, 0, 0, 0]))
    // The long record begins behind the directory.
    #expect(end[64..<72].elementsEqual([3, 0, 0, 0, 1, 0, 0, 0]))
    let short = [0xFF, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0] as [UInt8]
    #expect(end.suffix(14).elementsEqual(short))
  }
}
