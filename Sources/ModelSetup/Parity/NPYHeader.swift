import Common

extension SluiceError.Code {
  package static let invalidTensor = SluiceError.Code("invalid-tensor")
}

/// What stands before the elements of a NumPy array file (`.npy`, versions 1 to 3): element type, order and shape.
///
/// The text is a Python dictionary, of which only the form that NumPy writes is understood.
struct NPYHeader: Hashable {
  enum Element: String, CaseIterable {
    case float64 = "<f8"
    case float32 = "<f4"
    case float16 = "<f2"
    case uint8 = "|u1"
    case int8 = "|i1"

    var byteCount: Int {
      switch self {
      case .float64: 8
      case .float32: 4
      case .float16: 2
      case .uint8, .int8: 1
      }
    }
  }

  let element: Element
  let shape: [Int]
  /// The product of the shape.
  let elementCount: Int
  /// Where the elements begin.
  let dataOffset: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let longestText = 65_536
  private static let longestType = 16
  private static let mostAxes = 8

  /// - Parameters:
  ///   - bytes: the file, or its beginning.
  ///   - maxElements: the most elements that are permitted.
  ///   - name: what messages call the array.
  /// - Throws: `invalid-tensor` for what is no such file, is cut off in its header, has another element type, is in Fortran
  ///   order, or has more elements.
  /// - Complexity: O(length of the header), which is at most 64 KiB.
  init(_ bytes: ArraySlice<UInt8>, maxElements: Int, name: String) throws(SluiceError) {
    func refused(_ message: String, _ remedy: String = "write it with numpy.save") -> SluiceError {
      SluiceError(.invalidTensor, "\(name) \(message)", remedy: remedy)
    }
    let start = bytes.startIndex
    guard bytes.starts(with: Self.magic), bytes.count >= 12 else { throw refused("is no NumPy array") }
    let isShort = bytes[start + 6] == 1
    var length = Int(bytes[start + 8]) | Int(bytes[start + 9]) << 8
    if !isShort { length |= Int(bytes[start + 10]) << 16 | Int(bytes[start + 11]) << 24 }
    dataOffset = (isShort ? 10 : 12) + length
    guard (1...3).contains(bytes[start + 6]), length <= Self.longestText, dataOffset <= bytes.count else {
      throw refused("has a damaged header")
    }
    let text = String(decoding: bytes[(start + dataOffset - length)..<(start + dataOffset)], as: UTF8.self)
    guard let type = Self.quotedValue(of: "descr", in: text), let fortran = Self.value(of: "fortran_order", in: text),
      let shape = Self.shape(in: text)
    else { throw refused("has a header that cannot be read") }
    guard let element = Element(rawValue: type) else {
      throw refused(
        "has elements of the type \(type.prefix(Self.longestType))",
        "save it as float32: `numpy.save(name, array.astype('<f4'))`")
    }
    guard fortran.hasPrefix("False") else {
      throw refused("is in Fortran order", "save `numpy.ascontiguousarray(array)`")
    }
    var count = 1
    for side in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: side)
      guard !overflows, product <= maxElements else {
        throw refused("has more than \(maxElements) elements", "save one array for each image")
      }
      count = product
    }
    self.element = element
    self.shape = shape
    elementCount = count
  }

  /// What follows a key's colon.
  private static func value(of key: String, in text: String) -> Substring? {
    for quote in ["'", "\""] {
      let parts = text.split(separator: "\(quote)\(key)\(quote)", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let rest = parts[1].drop { $0 == " " }
      return rest.first == ":" ? rest.dropFirst().drop { $0 == " " } : nil
    }
    return nil
  }

  private static func quotedValue(of key: String, in text: String) -> String? {
    guard let rest = value(of: key, in: text), let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    let inner = rest.dropFirst()
    guard let end = inner.firstIndex(of: quote) else { return nil }
    return String(inner[..<end])
  }

  private static func shape(in text: String) -> [Int]? {
    guard let rest = value(of: "shape", in: text), rest.first == "(", let end = rest.firstIndex(of: ")") else {
      return nil
    }
    var shape: [Int] = []
    for part in rest[..<end].dropFirst().split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let side = Int(digits), side >= 0, shape.count < mostAxes else { return nil }
      shape.append(side)
    }
    return shape
  }
}
