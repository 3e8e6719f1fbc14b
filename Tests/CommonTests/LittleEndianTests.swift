import Common
import Testing

struct LittleEndianTests {
  @Test("a number has its least byte first, and is read where it stands")
  func bytes() {
    var bytes: [UInt8] = [9]
    bytes.append(littleEndian: UInt32(0x0102_0304))
    bytes.append(littleEndian: Int16(-2))
    bytes.append(littleEndian: UInt8(7))
    #expect(bytes == [9, 4, 3, 2, 1, 0xFE, 0xFF, 7])
    #expect(bytes.littleEndian(at: 1, as: UInt32.self) == 0x0102_0304)
    #expect(bytes.littleEndian(at: 5, as: Int16.self) == -2)
    #expect(bytes.littleEndian(at: 7, as: UInt8.self) == 7)
  }

  @Test("every number comes back as it was", arguments: [0, 1, -1, .min, .max, 0x7FFF_FFFF, -0x8000_0000] as [Int64])
  func roundTrip(number: Int64) {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: number)
    bytes.append(littleEndian: UInt64(bitPattern: number))
    let read: Int64 = bytes.littleEndian(at: 0)
    #expect(bytes.count == 16 && read == number)
    #expect(bytes.littleEndian(at: 8) == UInt64(bitPattern: number))
  }
}
