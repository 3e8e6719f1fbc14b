import Common
import Files
import Pixels

/// One safetensors file: the length of a JSON header, the header, then all data.
///
/// The header comes first but is known last, so header and data wait in temporary files until the run ends.
final class SafetensorsWriter: TensorWriter {
  private let file: OutputFile
  private let header: SpoolFile
  private let data: SpoolFile

  init(_ file: OutputFile) throws(SluiceError) {
    self.file = file
    header = try SpoolFile()
    data = try SpoolFile()
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    let start = data.count
    let entry = JSONValue.object([
      "dtype": .string(tensor.form.element.safetensorsName),
      "shape": .array(tensor.form.shape(batch: 1).map(JSONValue.integer)),
      "data_offsets": .array([.integer(start), .integer(start + tensor.bytes.count)]),
    ])
    let separator = header.count == 0 ? "{" : ","
    try header.append(Array("\(separator)\"\(verdict.id)\":\(entry.text)".utf8))
    try data.append(tensor.bytes)
  }

  func finish() throws(SluiceError) {
    try header.append(Array((header.count == 0 ? "{}" : "}").utf8))
    // The data begins at a multiple of eight bytes.
    try header.append([UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8))
    var length: [UInt8] = []
    length.append(littleEndian: UInt64(header.count))
    try file.write(length)
    try header.copy(to: file)
    try data.copy(to: file)
  }
}

extension TensorElement {
  fileprivate var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float16: "F16"
    case .uint8: "U8"
    case .int8: "I8"
    }
  }
}
