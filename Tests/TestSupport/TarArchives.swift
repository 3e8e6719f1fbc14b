/// Tar archives made on the spot.
package enum TarArchives {
  package static func archive(_ members: [(name: String, data: [UInt8])]) -> [UInt8] {
    members.flatMap { member($0.name, $0.data) } + [UInt8](repeating: 0, count: 1024)
  }

  package static func member(_ name: String, _ data: [UInt8], type: Character = "0") -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() where offset + index < 512 { header[offset + index] = byte }
    }
    put(String(name.prefix(100)), at: 0)
    put("0000644\0", at: 100)
    put(octal(data.count, 11), at: 124)
    put("        ", at: 148)
    put(String(type), at: 156)
    put("ustar\0" + "00", at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
    return header + data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
  }

  private static func octal(_ value: Int, _ digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
