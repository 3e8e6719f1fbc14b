import Common
import Files
import Pixels

extension ForwardedTensor {
  /// The tensor as a NumPy array file, version 1.0: a header of text, padded so that the data begins at a multiple of
  /// 64 bytes, then the elements. The shape has a batch axis of one.
  package var npy: [UInt8] {
    let shape = form.shape(batch: 1).map(String.init).joined(separator: ", ")
    let dictionary = "{'descr': '\(form.element.numpyName)', 'fortran_order': False, 'shape': (\(shape)), }"
    let preamble = 10
    let unpadded = preamble + dictionary.utf8.count + 1
    let length = (unpadded + 63) / 64 * 64 - preamble
    var bytes: [UInt8] = [0x93]
    bytes.reserveCapacity(preamble + length + self.bytes.count)
    bytes += Array("NUMPY".utf8) + [1, 0]
    bytes.append(littleEndian: UInt16(length))
    bytes += Array(dictionary.utf8)
    bytes += [UInt8](repeating: 0x20, count: length - dictionary.utf8.count - 1) + [0x0A]
    bytes += self.bytes
    return bytes
  }
}

extension TensorElement {
  fileprivate var numpyName: String {
    switch self {
    case .float32: "<f4"
    case .float16: "<f2"
    case .uint8: "|u1"
    case .int8: "|i1"
    }
  }
}

/// NumPy arrays back to back.
final class NPYWriter: TensorWriter {
  private let file: OutputFile

  init(_ file: OutputFile) {
    self.file = file
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    try file.write(tensor.npy)
  }

  func finish() throws(SluiceError) {}
}
