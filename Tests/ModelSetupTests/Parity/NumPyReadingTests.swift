import Common
import Foundation
import ModelSetup
import TestSupport
import Testing

/// Arrays come from other people's programs, and from anybody else.
struct NumPyReadingTests {
  @Test(
    arguments: [
      ("<f4", [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]), ("<f8", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]),
      ("<f2", [0, 0x3C, 0, 0xC0]), ("|i1", [1, 0xFE]),
    ] as [(String, [UInt8])])
  func valuesAreRead(type: String, data: [UInt8]) throws {
    let bytes = NumPyFiles.header(NumPyFiles.description(type, shape: [1, 2])) + data
    let array = try NPYArray(bytes[...], name: "a")
    #expect(array.shape == [1, 2])
    #expect(array.values == [1, -2])
  }

  @Test func laterVersionsHaveALongerHeader() throws {
    let bytes = NumPyFiles.header(NumPyFiles.description("|u1", shape: [2]), version: 2) + [7, 255]
    #expect(try NPYArray(bytes[...], name: "a").values == [7, 255])
  }

  @Test(
    "what is no array of an image is refused",
    arguments: [
      [], Array("\u{93}NUMPY".utf8), Array("PK".utf8),
      NumPyFiles.header("{}"), NumPyFiles.header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"),
      NumPyFiles.header(NumPyFiles.description(">f4", shape: [1])) + [0, 0, 0, 0],
      NumPyFiles.header(NumPyFiles.description("|O", shape: [1])) + [0, 0, 0, 0],
      NumPyFiles.header(NumPyFiles.description(order: "True", shape: [1])) + [0, 0, 0, 0],
      NumPyFiles.header(NumPyFiles.description(shape: [1 << 40, 1 << 40])),
      NumPyFiles.header(NumPyFiles.description(shape: [3, 4096, 4096])),
      NumPyFiles.header(NumPyFiles.description(shape: [2])) + [0, 0, 0, 0],
      NumPyFiles.header(NumPyFiles.description(shape: [1])) + [0, 0, 0, 0, 0],
    ] as [[UInt8]])
  func damage(bytes: [UInt8]) {
    let error = #expect(throws: SluiceError.self) { try NPYArray(bytes[...], name: "a") }
    #expect(error?.code == .invalidTensor)
  }

  @Test func everyBeginningOfAnArrayIsRefusedWithoutATrap() throws {
    let bytes = NumPyFiles.array([1, 2], shape: [2])
    for count in 0..<bytes.count {
      #expect(throws: SluiceError.self) { try NPYArray(bytes[..<count], name: "a") }
    }
  }

  @Test func archivesAreReadStoredAndDeflated() throws {
    let folder = try TemporaryFolder()
    let array = NumPyFiles.array([1, 2, 3], shape: [3])
    let stored = try NPZArchive(try folder.file("a.npz", NumPyFiles.archive("cat.npy", array)))
    #expect(stored.names == ["cat"])
    #expect(try stored.array("cat")?.values == [1, 2, 3])
    #expect(try stored.array("dog") == nil)
    // Without the header and the checksum of zlib, as ZIP files have it.
    let deflated = Array(EncodedImages.deflated(array).dropFirst(2).dropLast(4))
    let bytes = NumPyFiles.archive("cat.npy", deflated, method: 8, inflatedCount: array.count)
    let archive = try NPZArchive(try folder.file("b.npz", bytes))
    #expect(try archive.array("cat")?.values == [1, 2, 3])
  }

  @Test("an archive of more arrays than 16 bits count has all of them, and one of far more is refused")
  func manyArrays() throws {
    let folder = try TemporaryFolder()
    let array = NumPyFiles.array([1], shape: [1])
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for number in 0..<65_600 {
      let member = NumPyFiles.member("\(number).npy", count: array.count, at: bytes.count)
      bytes += member.header + array
      directory += member.entry
    }
    let end = NumPyFiles.longEnd(entries: 65_600, directory: directory.count, at: bytes.count)
    let archive = try NPZArchive(try folder.file("a.npz", bytes + directory + end))
    #expect(archive.names.count == 65_600)
    #expect(try archive.array("65599")?.values == [1])
    let tooMany = NumPyFiles.longEnd(entries: 1 << 40, directory: directory.count, at: bytes.count)
    let error = #expect(throws: SluiceError.self) {
      _ = try NPZArchive(try folder.file("b.npz", bytes + directory + tooMany))
    }
    #expect(error?.code == .invalidTensor && error?.message.contains("more than 250000 arrays") == true)
  }

  @Test("arrays beyond four gigabytes are read")
  func longArchive() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.npz", [UInt8]())
    let file = try #require(FileHandle(forWritingAtPath: path))
    let (near, far) = (NumPyFiles.array([1], shape: [1]), NumPyFiles.array([2, 3], shape: [2]))
    // A hole lies between the two.
    let place = 4_300_000_000
    let first = NumPyFiles.member("near.npy", count: near.count, at: 0)
    let second = NumPyFiles.member("far.npy", count: far.count, at: place)
    try file.write(contentsOf: Data(first.header + near))
    try file.seek(toOffset: UInt64(place))
    let directory = first.entry + second.entry
    let end = NumPyFiles.longEnd(entries: 2, directory: directory.count, at: place + second.header.count + far.count)
    try file.write(contentsOf: Data(second.header + far + directory + end))
    try file.close()
    let archive = try NPZArchive(path)
    #expect(archive.names == ["far", "near"])
    #expect(try archive.array("near")?.values == [1])
    #expect(try archive.array("far")?.values == [2, 3])
  }

  @Test("longer numbers that lead out of the file, or are cut off, are refused without a trap")
  func damagedLongNumbers() throws {
    let folder = try TemporaryFolder()
    let array = NumPyFiles.array([1], shape: [1])
    let member = NumPyFiles.member("far.npy", count: array.count, at: 1 << 62)
    let bytes = member.header + array
    let directory = member.entry
    for (entries, count, place) in [
      (1, 1 << 62, bytes.count), (1 << 62, directory.count, bytes.count), (1, directory.count, 1 << 62),
    ] {
      let path = try folder.file(
        "a.npz", bytes + directory + NumPyFiles.longEnd(entries: entries, directory: count, at: place))
      #expect(throws: SluiceError.self) { _ = try NPZArchive(path) }
    }
    // The last twelve bytes of the entry are its extra field: kind, length and number.
    let short: [UInt8] = Array(directory.dropLast(12)) + [1, 0, 4, 0] + [UInt8](repeating: 0, count: 8)
    for list in [directory, Array(directory.dropLast(4)), short] {
      let end = NumPyFiles.longEnd(entries: 1, directory: list.count, at: bytes.count)
      let path = try folder.file("b.npz", bytes + list + end)
      #expect(throws: SluiceError.self) {
        let archive = try NPZArchive(path)
        _ = try archive.array("far")
      }
    }
    let end = NumPyFiles.longEnd(entries: 65_535, directory: directory.count, at: bytes.count)
    let path = try folder.file("c.npz", bytes + directory + end)
    #expect(throws: SluiceError.self) { _ = try NPZArchive(path) }
  }

  @Test(
    "sizes that are not true are refused",
    arguments: [
      NumPyFiles.archive("cat.npy", [1, 2, 3], method: 8, inflatedCount: 0xFFFF_FFFF),
      NumPyFiles.archive("cat.npy", [1, 2, 3], method: 8, inflatedCount: 100),
      NumPyFiles.archive("cat.npy", [1, 2, 3], method: 12), NumPyFiles.archive("cat.npy", [1, 2, 3]),
    ])
  func untrueSizes(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let archive = try NPZArchive(try folder.file("a.npz", bytes))
    #expect(throws: SluiceError.self) { try archive.array("cat") }
  }

  @Test func everyBeginningOfAnArchiveIsRefusedWithoutATrap() throws {
    let folder = try TemporaryFolder()
    let bytes = NumPyFiles.archive("cat.npy", NumPyFiles.array([1], shape: [1]))
    for count in 0..<bytes.count {
      let path = try folder.file("a.npz", Array(bytes[..<count]))
      #expect(throws: SluiceError.self) {
        let archive = try NPZArchive(path)
        _ = try archive.array("cat")
      }
    }
  }
}
