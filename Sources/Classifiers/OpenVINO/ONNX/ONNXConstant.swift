import Common

/// A constant of single-precision numbers, as an ONNX model holds it.
struct ONNXConstant {
  let shape: [Int]
  /// Little-endian, in C order.
  private let bytes: ArraySlice<UInt8>

  static let float32: UInt64 = 1
  static let int64: UInt64 = 7
  private static let width = 4

  /// - Parameters:
  ///   - contents: where the `TensorProto` lies in the model.
  /// - Returns: `nil` for other elements, for numbers that lie in another file, and for fewer or more than the shape says.
  init?(_ model: [UInt8], _ contents: Range<Int>) {
    var (shape, element, data): ([Int], UInt64, Range<Int>?) = ([], 0, nil)
    for field in ProtobufFields(model, contents) {
      switch field.number {
      case ONNXGraph.Number.dimensionsOfTensor:
        guard let sizes = Self.sizes(field, model) else { return nil }
        shape += sizes
      case ONNXGraph.Number.elementTypeOfTensor: element = field.value ?? 0
      case ONNXGraph.Number.floatsOfTensor, ONNXGraph.Number.rawDataOfTensor: data = field.contents
      default: break
      }
    }
    guard element == Self.float32, let data, let count = Self.count(shape), data.count == count * Self.width else {
      return nil
    }
    self.shape = shape
    bytes = model[data]
  }

  /// The shape of a `TensorProto`, whatever its elements are and wherever they lie; `nil` where it is damaged.
  static func shape(_ model: [UInt8], _ contents: Range<Int>) -> [Int]? {
    var shape: [Int] = []
    for field in ProtobufFields(model, contents) where field.number == ONNXGraph.Number.dimensionsOfTensor {
      guard let sizes = Self.sizes(field, model) else { return nil }
      shape += sizes
    }
    return shape
  }

  /// The largest magnitude in each place of an axis.
  ///
  /// - Returns: `nil` where a number is not finite.
  /// - Precondition: the constant has the axis.
  /// - Complexity: O(numbers).
  func largestMagnitudes(alongAxis axis: Int) -> [Float]? {
    let stride = shape[(axis + 1)...].reduce(1, *)
    var largest = [Float](repeating: 0, count: shape[axis])
    var isFinite = true
    unsafe bytes.withUnsafeBytes { (numbers) -> Void in
      for start in 0..<numbers.count / Self.width / stride {
        let place = start % largest.count
        var found = largest[place]
        for number in start * stride..<(start + 1) * stride {
          let bits = unsafe numbers.loadUnaligned(fromByteOffset: number * Self.width, as: UInt32.self)
          let value = Float(bitPattern: UInt32(littleEndian: bits))
          isFinite = isFinite && value.isFinite
          found = max(found, abs(value))
        }
        largest[place] = found
      }
    }
    return isFinite ? largest : nil
  }

  /// Whether every number is (positive) zero.
  var isZero: Bool { bytes.allSatisfy { $0 == 0 } }

  /// The whole numbers of a `TensorProto` of 64-bit integers, as axes and widths are given; `nil` for another one.
  ///
  /// - Complexity: O(numbers).
  static func integers(_ model: [UInt8], _ contents: Range<Int>) -> [Int]? {
    var (element, integers): (UInt64, [Int]) = (0, [])
    for field in ProtobufFields(model, contents) {
      switch field.number {
      case ONNXGraph.Number.elementTypeOfTensor: element = field.value ?? 0
      case ONNXGraph.Number.integersOfTensor: integers += field.integers(in: model)
      case ONNXGraph.Number.rawDataOfTensor: integers += field.contents.map { littleEndian(model[$0]) } ?? []
      default: break
      }
    }
    return element == int64 ? integers : nil
  }

  /// Eight bytes each.
  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> [Int] {
    var integers: [Int] = []
    let width = MemoryLayout<Int64>.size
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: width) {
      var number: UInt64 = 0
      for (place, byte) in bytes[start...].prefix(width).enumerated() { number |= UInt64(byte) << UInt64(8 * place) }
      integers.append(Int(truncatingIfNeeded: number))
    }
    return integers
  }

  /// One size, or several in one field.
  private static func sizes(_ field: ProtobufFields.Field, _ model: [UInt8]) -> [Int]? {
    if let value = field.value { return Int(exactly: value).map { [$0] } }
    guard let contents = field.contents else { return nil }
    var (sizes, position): ([Int], Int) = ([], contents.lowerBound)
    while position < contents.upperBound {
      guard let value = Varint.read(model, at: &position, before: contents.upperBound), let size = Int(exactly: value)
      else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// `nil` for an axis without length, and for more than memory holds.
  private static func count(_ shape: [Int]) -> Int? {
    var count = width
    for size in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard size > 0, !overflows else { return nil }
      count = product
    }
    return count / width
  }
}
