internal import Common
internal import OpenInference

extension InferenceTensor {
  init(
    name: String, type: String, shape: [Int64], parameters: [String: Inference_InferParameter],
    listed: Inference_InferTensorContents, raw: [UInt8]?
  ) throws(SluiceError) {
    guard let datatype = InferenceDatatype(named: type) else {
      throw .invalidRequest("the tensor `\(name)` has a datatype that is not known")
    }
    var lengths: [Int] = []
    for length in shape {
      guard let length = Int(exactly: length) else { throw .invalidRequest("the tensor `\(name)` has no shape") }
      lengths.append(length)
    }
    let parameters = try members(parameters)
    let contents = if let raw { raw } else { try listed.contents(of: datatype, name) }
    try self.init(
      name: name, datatype: datatype, shape: lengths, parameters: parameters, contents: contents)
  }
}

extension Inference_InferTensorContents {
  /// The raw form of listed elements; small integers are listed as 32-bit ones.
  fileprivate func contents(of datatype: InferenceDatatype, _ name: String) throws(SluiceError) -> [UInt8] {
    switch datatype {
    case .bool: return boolContents.map { $0 ? 1 : 0 }
    case .uint8: return try littleEndian(uintContents, as: UInt8.self, name)
    case .uint16: return try littleEndian(uintContents, as: UInt16.self, name)
    case .uint32: return try littleEndian(uintContents, as: UInt32.self, name)
    case .uint64: return try littleEndian(uint64Contents, as: UInt64.self, name)
    case .int8: return try littleEndian(intContents, as: Int8.self, name)
    case .int16: return try littleEndian(intContents, as: Int16.self, name)
    case .int32: return try littleEndian(intContents, as: Int32.self, name)
    case .int64: return try littleEndian(int64Contents, as: Int64.self, name)
    case .fp32: return try littleEndian(fp32Contents.map(\.bitPattern), as: UInt32.self, name)
    case .fp64: return try littleEndian(fp64Contents.map(\.bitPattern), as: UInt64.self, name)
    case .bytes: return InferenceTensor.contents(of: bytesContents.map { Array($0) })
    case .fp16, .bf16: throw .invalidRequest("the tensor `\(name)` of type \(datatype.rawValue) must have raw contents")
    }
  }

  private func littleEndian<Listed: FixedWidthInteger, Element: FixedWidthInteger>(
    _ listed: [Listed], as type: Element.Type, _ name: String
  ) throws(SluiceError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(listed.count * MemoryLayout<Element>.size)
    for value in listed {
      guard let element = Element(exactly: value) else {
        throw .invalidRequest("the tensor `\(name)` has the element \(value), which its type does not have")
      }
      bytes.append(littleEndian: element)
    }
    return bytes
  }
}
