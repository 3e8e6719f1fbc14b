import Foundation

/// A NumPy array file of unsigned bytes or 32-bit floats, as the golden data has them.
package struct NumpyArray: Sendable {
  package let descriptor: String
  package let shape: [Int]
  package let bytes: [UInt8]

  package struct Malformed: Error {}

  package init(path: String) throws {
    var rest = try Repository.bytes(path)[...]
    self = try Self.next(in: &rest)
  }

  /// Reads one array from the front of `bytes` and moves behind it.
  package static func next(in bytes: inout ArraySlice<UInt8>) throws -> NumpyArray {
    guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]) else { throw Malformed() }
    let start = bytes.startIndex
    let length = Int(bytes[start + 8]) | Int(bytes[start + 9]) << 8
    let header = String(decoding: bytes[(start + 10)..<(start + 10 + length)], as: UTF8.self)
    let descriptor = try firstMatch(#"'descr': '([^']+)'"#, header)
    let shape = try firstMatch(#"'shape': \(([^)]*)\)"#, header).split(separator: ",")
      .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let elementSize = Int(descriptor.suffix(1)) ?? 1
    let count = shape.reduce(1, *) * elementSize
    let data = start + 10 + length
    guard data + count <= bytes.endIndex, header.hasSuffix("\n"), (10 + length) % 64 == 0 else { throw Malformed() }
    defer { bytes = bytes[(data + count)...] }
    return NumpyArray(descriptor: descriptor, shape: shape, bytes: Array(bytes[data..<data + count]))
  }

  private init(descriptor: String, shape: [Int], bytes: [UInt8]) {
    self.descriptor = descriptor
    self.shape = shape
    self.bytes = bytes
  }

  private static func firstMatch(_ pattern: String, _ text: String) throws -> String {
    let expression = try NSRegularExpression(pattern: pattern)
    guard let match = expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)),
      let range = Range(match.range(at: 1), in: text)
    else { throw Malformed() }
    return String(text[range])
  }

  package var floats: [Float] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / 4).map { Float(bitPattern: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
    }
  }
}
