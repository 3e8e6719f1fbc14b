import Common
import Files

/// An ONNX model in memory, whose graph can be put in another one's place.
struct ONNXModel {
  let bytes: [UInt8]
  let graph: ONNXGraph
  /// Where the contents of the graph lie.
  let place: Range<Int>
  private let fields: [ProtobufFields.Field]

  /// More than a protocol buffer may hold.
  private static let maxBytes = 1 << 31
  private static let operatorSet = 8
  private static let (domainOfSet, versionOfSet) = (1, 2)

  /// - Returns: `nil` for bytes that are no ONNX model with one graph.
  /// - Complexity: O(fields): weights are passed over.
  init?(_ bytes: [UInt8]) {
    let fields = Array(ProtobufFields(bytes, bytes.indices))
    let graphs = fields.filter { $0.number == ONNXGraph.Number.graphOfModel }
    guard graphs.count == 1, let place = graphs[0].contents, let graph = ONNXGraph(bytes, place) else { return nil }
    self.bytes = bytes
    self.graph = graph
    self.place = place
    self.fields = fields
  }

  /// - Returns: `nil` for a file that is not ONNX by its name or its contents.
  /// - Throws: `unreadable-file`.
  /// - Complexity: O(bytes).
  init?(readFrom path: String) throws(SluiceError) {
    guard path.lowercased().hasSuffix(".onnx") else { return nil }
    self.init(try readFile(path, atMost: Self.maxBytes))
  }

  /// As the engine tells it: by the contents alone.
  ///
  /// - Returns: `nil` for a file that is not ONNX, and for one that cannot be read.
  /// - Complexity: O(bytes).
  init?(whateverIsAt path: String) {
    guard let bytes = try? readFile(path, atMost: Self.maxBytes) else { return nil }
    self.init(bytes)
  }

  /// The newest version of ONNX's own operators that the model names; `nil` where it names none.
  var operators: UInt64? {
    var newest: UInt64?
    for field in fields where field.number == Self.operatorSet {
      guard let set = field.contents else { continue }
      var (domain, version): (String, UInt64) = ("", 0)
      for member in ProtobufFields(bytes, set) {
        switch (member.number, member.contents, member.value) {
        case (Self.domainOfSet, let name?, _): domain = String(decoding: bytes[name], as: UTF8.self)
        case (Self.versionOfSet, _, let number?): version = number
        default: break
        }
      }
      if domain.isEmpty || domain == "ai.onnx" { newest = max(newest ?? 0, version) }
    }
    return newest
  }

  /// The model with another graph.
  ///
  /// - Parameters:
  ///   - domain: whose operators the graph has besides those of the model.
  func with(graph: [UInt8], operatorsOf domain: String? = nil) -> [UInt8] {
    var model = ProtobufWriter()
    for field in fields {
      if field.number == ONNXGraph.Number.graphOfModel {
        model.add(field.number, graph)
      } else {
        model.copy(bytes[field.whole])
      }
    }
    if let domain {
      var set = ProtobufWriter()
      set.add(Self.domainOfSet, domain.utf8)
      set.add(Self.versionOfSet, 1)
      model.add(Self.operatorSet, set.bytes)
    }
    return model.bytes
  }
}
