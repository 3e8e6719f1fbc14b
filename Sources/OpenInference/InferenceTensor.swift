import Common

/// A tensor of a request or an answer: what it is called, its shape, and its elements row by row.
///
/// Elements are kept as they travel raw, little-endian, whatever form they came in:
///
///     UINT8, FP32, …   element 0, element 1, …                            without padding
///     BYTES            length 0 (4 bytes), bytes 0, length 1, bytes 1, …
package struct InferenceTensor: Sendable, Hashable {
  package var name: String
  package var datatype: InferenceDatatype
  /// All lengths are 0 or more.
  package var shape: [Int]
  package var parameters: [JSONValue.Member]
  package var contents: [UInt8]

  /// - Throws: `invalid-request` when contents and shape do not add up.
  /// - Complexity: O(1); for BYTES O(elements).
  package init(
    name: String, datatype: InferenceDatatype, shape: [Int], parameters: [JSONValue.Member] = [], contents: [UInt8]
  ) throws(SluiceError) {
    self.name = name
    self.datatype = datatype
    self.shape = shape
    self.parameters = parameters
    self.contents = contents
    let count = try Self.elementCount(shape, of: name)
    guard let size = datatype.byteCount else {
      let found = try countElements()
      guard found == count else {
        throw .invalidRequest("the tensor `\(name)` of shape \(shape) has \(found) elements instead of \(count)")
      }
      return
    }
    let (needed, isTooLarge) = count.multipliedReportingOverflow(by: size)
    guard !isTooLarge, needed == contents.count else {
      throw .invalidRequest(
        "the tensor `\(name)` of shape \(shape) and type \(datatype.rawValue) has \(contents.count) bytes instead of "
          + (isTooLarge ? "more than there can be" : "\(needed)"))
    }
  }

  /// How many elements a shape has.
  ///
  /// - Throws: `invalid-request` for a negative length, or more elements than a number can count.
  static func elementCount(_ shape: [Int], of name: String) throws(SluiceError) -> Int {
    var count = 1
    guard shape.count <= mostAxes else { throw .invalidRequest("the tensor `\(name)` has more than \(mostAxes) axes") }
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else {
        throw .invalidRequest("the tensor `\(name)` cannot have the shape \(shape)")
      }
      count = product
    }
    return count
  }

  static let mostAxes = 16

  /// The elements of a BYTES tensor, in order.
  ///
  /// - Precondition: the datatype is BYTES.
  package var byteElements: [[UInt8]] {
    var elements: [[UInt8]] = []
    // What the initialiser has accepted adds up.
    try? forEachElement { elements.append(Array(contents[$0])) }
    return elements
  }

  private func countElements() throws(SluiceError) -> Int {
    var count = 0
    try forEachElement { _ in count += 1 }
    return count
  }

  private func forEachElement(_ body: (Range<Int>) -> Void) throws(SluiceError) {
    var position = 0
    while position < contents.count {
      guard contents.count - position >= Self.lengthBytes else { throw notWhole }
      let length = Int(contents.littleEndian(at: position, as: UInt32.self))
      position += Self.lengthBytes
      guard length <= contents.count - position else { throw notWhole }
      body(position..<position + length)
      position += length
    }
  }

  private var notWhole: SluiceError {
    .invalidRequest("the lengths inside the BYTES tensor `\(name)` do not add up to its \(contents.count) bytes")
  }

  private static let lengthBytes = 4

  /// The raw form of elements of BYTES.
  package static func contents(of elements: [[UInt8]]) -> [UInt8] {
    var contents: [UInt8] = []
    contents.reserveCapacity(elements.reduce(0) { $0 + $1.count + lengthBytes })
    for element in elements {
      contents.append(littleEndian: UInt32(truncatingIfNeeded: element.count))
      contents += element
    }
    return contents
  }

  /// A BYTES tensor with these elements.
  package init(name: String, shape: [Int], parameters: [JSONValue.Member] = [], elements: [[UInt8]]) throws(SluiceError)
  {
    try self.init(
      name: name, datatype: .bytes, shape: shape, parameters: parameters, contents: Self.contents(of: elements))
  }
}

extension SluiceError.Code {
  package static let invalidRequest = SluiceError.Code("invalid-request")
}

extension SluiceError {
  /// A request that breaks the protocol.
  package static func invalidRequest(_ message: String, remedy: String? = nil) -> SluiceError {
    SluiceError(.invalidRequest, message, remedy: remedy)
  }
}
