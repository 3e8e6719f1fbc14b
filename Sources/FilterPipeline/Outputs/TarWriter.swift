import Common
import Files

/// A WebDataset archive: for each input `ID.npy` and `ID.json`, as POSIX ustar members.
final class TarWriter: TensorWriter {
  private let file: OutputFile

  init(_ file: OutputFile) {
    self.file = file
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    let members =
      try TarArchive.member("\(verdict.id).npy", tensor.npy)
      + TarArchive.member("\(verdict.id).json", Array(verdict.json.text.utf8))
    try file.write(members)
  }

  func finish() throws(SluiceError) {
    try file.write(TarArchive.end)
  }
}

/// Tar archives as POSIX ustar writes them.
package enum TarArchive {
  /// What an archive ends with.
  package static let end = [UInt8](repeating: 0, count: 1024)

  /// The longest name that a header holds, in bytes.
  package static let maxNameLength = 100
  private static let sizeDigits = 11

  /// A file in an archive: its header, its bytes, and what fills up the last block.
  ///
  /// - Throws: `unwritable-output` for a name that is empty, too long, or holds a zero byte, and for 8 GiB and more.
  /// - Complexity: O(bytes).
  package static func member(_ name: String, _ data: [UInt8]) throws(SluiceError) -> [UInt8] {
    guard (1...maxNameLength).contains(name.utf8.count), !name.utf8.contains(0), data.count < 1 << (3 * sizeDigits)
    else {
      throw SluiceError(
        .unwritableOutput,
        "a tar archive has no place for a file of \(data.count) bytes whose name has \(name.utf8.count)",
        remedy: "names have 1 to \(maxNameLength) bytes, and files less than 8 GiB")
    }
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    put(name, at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(octal(data.count, digits: sizeDigits), at: 124)
    // No modification time: the same run gives the same archive.
    put(octal(0, digits: 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    let checksum = header.reduce(0) { $0 + Int($1) }
    put(octal(checksum, digits: 6) + "\0 ", at: 148)
    let padding = [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
    return header + data + padding
  }

  private static func octal(_ value: Int, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
