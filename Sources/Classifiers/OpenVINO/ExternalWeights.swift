import Common
import Files
import Glibc

/// The files beside an ONNX model that hold its weights: an export of a large model splits it up.
package struct ExternalWeights {
  /// As the model names them, each once.
  package let names: [String]

  /// A member of `TensorProto.external_data`: field 1 is the key `location`, field 2 holds the path.
  private static let key: [UInt8] = [0x0A, 8] + Array("location".utf8) + [0x12]
  private static let longestName = 127
  /// With the tag of `external_data` and the length, which takes two bytes where the name is long, and the name's length.
  private static let longestMember = 3 + key.count + 1 + longestName

  /// Looks for the names in a model, whose other contents do not matter.
  ///
  /// - Complexity: O(bytes); memory for one block.
  package init(ofModelAt path: String) {
    guard let file = unsafe fopen(path, "rb") else {
      names = []
      return
    }
    defer { unsafe fclose(file) }
    var search = Search()
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe block.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
      guard count > 0 else { break }
      search.add(block[..<count])
    }
    names = search.names
  }

  /// Looks for the names in a model that comes block by block, of whatever length.
  struct Search {
    private(set) var names: [String] = []
    private var held: [UInt8] = []

    mutating func add(_ block: ArraySlice<UInt8>) {
      held += block
      for name in ExternalWeights.names(in: held) where !names.contains(name) { names.append(name) }
      // A member may lie across blocks.
      held.removeFirst(max(0, held.count - ExternalWeights.longestMember))
    }
  }

  /// The error that names the first file that cannot be read; `nil` when all can.
  func missing(besideModelAt path: String) -> SluiceError? {
    guard
      let missing = names.lazy.map({ $0.path(inFolder: path.containingFolder) }).first(where: { !isReadableFile($0) })
    else { return nil }
    return SluiceError(
      .modelNotFound,
      "the model \(path) has its weights in \(missing), which does not exist or cannot be read",
      remedy: "put that file beside the model, under the name that it was exported with")
  }

  /// The error that names the first file that is a link out of the model's folder, as in the caches of Hugging Face and DVC: the
  /// engine does not follow it there. `nil` where there is none.
  func linkedElsewhere(besideModelAt path: String) -> SluiceError? {
    let folder = path.containingFolder
    // A path that leads elsewhere by itself is no link, and no copy helps.
    let beside = names.filter { !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") }
    guard let base = Self.withoutLinks(folder),
      let linked = beside.map({ $0.path(inFolder: folder) }).first(where: { weights in
        Self.withoutLinks(weights).map { !$0.hasPrefix(base == "/" ? base : "\(base)/") } ?? false
      })
    else { return nil }
    return SluiceError(
      .engineFailed,
      "the model \(path) has its weights in \(linked), a link out of the model's folder, which the engine does not follow",
      remedy: "copy the folder with its links followed, and take the model there: cp -rL \(folder.shellWord) OTHER")
  }

  /// The path of a folder or file without links; `nil` for one that does not exist.
  private static func withoutLinks(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  private static func names(in bytes: [UInt8]) -> [String] {
    var names: [String] = []
    var position = 0
    while let start = firstOffset(of: key[0], in: bytes, from: position) {
      position = start + 1
      let length = start + key.count
      guard length < bytes.count, bytes[start..<length].elementsEqual(key) else { continue }
      let end = length + 1 + Int(bytes[length])
      guard bytes[length] <= longestName, end <= bytes.count, isExternalData(bytes, start..<end) else { continue }
      names.append(String(decoding: bytes[(length + 1)..<end], as: UTF8.self))
    }
    return names
  }

  /// Whether what lies there is a member of `external_data`, and a path. Other messages have keys as well, such as the
  /// properties of the model, and a tensor may be called so, whose type then stands where the path would.
  private static func isExternalData(_ bytes: [UInt8], _ contents: Range<Int>) -> Bool {
    var member = ProtobufWriter()
    member.add(ONNXGraph.Number.externalDataOfTensor, bytes[contents])
    return bytes[..<contents.upperBound].suffix(member.bytes.count).elementsEqual(member.bytes)
      && !bytes[contents].dropFirst(key.count + 1).contains { $0 < UInt8(ascii: " ") }
  }

  /// Many bytes at a time: a model has millions.
  private static func firstOffset(of byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
    unsafe bytes.withUnsafeBytes { (bytes) -> Int? in
      guard start < bytes.count, let base = bytes.baseAddress else { return nil }
      guard let found = unsafe memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
