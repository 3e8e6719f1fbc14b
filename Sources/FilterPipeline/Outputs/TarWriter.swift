import Common
import Files

/// A WebDataset archive: for each input `ID.npy` and `ID.json`, as POSIX ustar members.
final class TarWriter: TensorWriter {
  private let file: OutputFile

  init(_ file: OutputFile) {
    self.file = file
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    try file.write(
      TarArchive.member("\(verdict.id).npy", tensor.npy)
        + TarArchive.member("\(verdict.id).json", Array(verdict.json.text.utf8)))
  }

  func finish() throws(SluiceError) {
    try file.write(TarArchive.end)
  }
}

/// Tar archives as POSIX ustar writes them.
package enum TarArchive {
  /// What an archive ends with.
  package static let end = [UInt8](repeating: 0, count: 1024)

  /// - Precondition: the name has at most 100 bytes.
  package static func member(_ name: String, _ data: [UInt8]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
    }
    put(name, at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(octal(data.count, digits: 11), at: 124)
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
