import Common
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
