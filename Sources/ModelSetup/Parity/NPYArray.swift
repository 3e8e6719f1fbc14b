import Common

/// A NumPy array as single-precision values in C order.
package struct NPYArray: Sendable, Hashable {
  package let shape: [Int]
  package let values: [Float]

  /// More than any image tensor has: three channels of 2048×2048.
  package static let maxElements = 3 * 2048 * 2048
  /// The longest file of so many elements, with its header.
  package static let maxBytes = 8 * maxElements + (1 << 17)

  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what messages call it.
  /// - Throws: `invalid-tensor`; bytes beyond the last element are damage too.
  /// - Complexity: O(bytes). Nothing is allocated before the header was compared with the number of bytes.
  package init(_ bytes: ArraySlice<UInt8>, name: String) throws(SluiceError) {
    let header = try NPYHeader(bytes, maxElements: Self.maxElements, name: name)
    let data = bytes.dropFirst(header.dataOffset)
    guard data.count == header.elementCount * header.element.byteCount else {
      throw SluiceError(
        .invalidTensor,
        "\(name) has \(data.count) bytes of elements; its shape needs "
          + "\(header.elementCount * header.element.byteCount)",
        remedy: "write it with numpy.save")
    }
    shape = header.shape
    values = (0..<header.elementCount).map { Self.value(data, $0, header.element) }
  }

  private static func value(_ data: ArraySlice<UInt8>, _ index: Int, _ element: NPYHeader.Element) -> Float {
    let place = data.startIndex + index * element.byteCount
    return switch element {
    case .float64: Float(Double(bitPattern: bits(data, place, 8)))
    case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits(data, place, 4)))
    case .float16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits(data, place, 2))))
    case .uint8: Float(data[place])
    case .int8: Float(Int8(bitPattern: data[place]))
    }
  }

  private static func bits(_ data: ArraySlice<UInt8>, _ place: Int, _ count: Int) -> UInt64 {
    var bits: UInt64 = 0
    for index in 0..<count { bits |= UInt64(data[place + index]) << UInt64(8 * index) }
    return bits
  }
}
