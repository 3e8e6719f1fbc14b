/// The parts of a document of OpenVINO's intermediate representation, version 11. No more is read of them than it takes to cut
/// the end off a network and put on another.
struct IRDocument {
  /// Everything before the first layer.
  let opening: String
  let layers: [IRLayer]
  let edges: [IREdge]

  private static let mostParts = 100_000

  /// - Returns: `nil` for what is no such document.
  /// - Complexity: O(bytes).
  init?(_ bytes: [UInt8]) {
    guard let start = ByteSequences.first("<layers>", in: bytes, from: 0),
      let end = ByteSequences.first("</layers>", in: bytes, from: start),
      let edgesEnd = ByteSequences.first("</edges>", in: bytes, from: end)
    else { return nil }
    let texts = Self.parts(from: "<layer ", to: "</layer>", in: bytes, start..<end)
    let edgeTexts = Self.parts(from: "<edge ", to: "/>", in: bytes, end..<edgesEnd)
    let layers = texts.compactMap { IRLayer(text: $0) }
    let edges = edgeTexts.compactMap { IREdge(text: $0) }
    guard !layers.isEmpty, layers.count == texts.count, edges.count == edgeTexts.count,
      Set(layers.map(\.id)).count == layers.count
    else { return nil }
    opening = String(decoding: bytes[..<(start + "<layers>".utf8.count)], as: UTF8.self) + "\n"
    self.layers = layers
    self.edges = edges
  }

  private static func parts(from opening: String, to closing: String, in bytes: [UInt8], _ range: Range<Int>)
    -> [String]
  {
    var parts: [String] = []
    var position = range.lowerBound
    while parts.count < mostParts, let start = ByteSequences.first(opening, in: bytes, from: position),
      start < range.upperBound, let end = ByteSequences.first(closing, in: bytes, from: start)
    {
      position = end + closing.utf8.count
      parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
    }
    return parts
  }
}

/// One layer: what it is called and gives, and the text that says all of it.
struct IRLayer: Sendable {
  let id: Int
  let type: String
  /// Where the bytes of a constant begin.
  let offset: Int?
  /// The names of what it gives, as the document has them.
  let outputNames: String?
  let outputPort: Int?
  /// The sizes of what it gives; −1 where one is open.
  let outputSizes: [Int]
  let text: String

  /// - Returns: `nil` for a text without a number or a type.
  init?(text: String) {
    guard let id = XMLText.attribute("id", of: text).flatMap({ Int($0) }), (0...1 << 30).contains(id),
      let type = XMLText.attribute("type", of: Self.head(text))
    else { return nil }
    let output = ByteSequences.first("<output>", in: Array(text.utf8), from: 0).map { start in
      String(decoding: Array(text.utf8)[start...], as: UTF8.self)
    }
    self.id = id
    self.type = type
    self.text = text
    offset = XMLText.attribute(" offset", of: text).flatMap { Int($0) }
    outputNames = output.flatMap { XMLText.attribute("names", of: $0) }
    outputPort = output.flatMap { XMLText.attribute("id", of: $0) }.flatMap { Int($0) }
    outputSizes = output.map(Self.sizes) ?? []
  }

  /// A layer with 32-bit numbers, inputs at ports 0, 1 … and the output at the port behind them.
  init(
    id: Int, name: String, type: String, data: String? = nil, inputs: [[Int]] = [], output: [Int]? = nil,
    outputName: String? = nil
  ) {
    func port(_ number: Int, _ sizes: [Int], names: String? = nil) -> String {
      "\n\t\t\t\t<port id=\"\(number)\" precision=\"FP32\"\(names.map { " names=\"\($0)\"" } ?? "")>"
        + sizes.map { "\n\t\t\t\t\t<dim>\($0)</dim>" }.joined() + "\n\t\t\t\t</port>"
    }
    var lines = "<layer id=\"\(id)\" name=\"\(name)\" type=\"\(type)\" version=\"opset1\">"
    if let data { lines += "\n\t\t\t<data \(data) />" }
    if !inputs.isEmpty {
      lines += "\n\t\t\t<input>" + inputs.enumerated().map { port($0, $1) }.joined() + "\n\t\t\t</input>"
    }
    if let output {
      lines += "\n\t\t\t<output>" + port(inputs.count, output, names: outputName) + "\n\t\t\t</output>"
    }
    self.id = id
    self.type = type
    text = lines + "\n\t\t</layer>"
    offset = nil
    outputNames = outputName
    outputPort = output == nil ? nil : inputs.count
    outputSizes = output ?? []
  }

  private static func head(_ text: String) -> String { String(text.prefix { $0 != ">" }) }

  private static func sizes(_ output: String) -> [Int] {
    output.split(separator: "<").filter { $0.hasPrefix("dim>") }.compactMap { Int($0.dropFirst(4)) }
  }
}

/// What one layer gives to another.
struct IREdge: Sendable {
  struct End: Sendable {
    let layer: Int
    let port: Int
  }

  let from: End
  let to: End

  init(from: End, to: End) {
    self.from = from
    self.to = to
  }

  /// - Returns: `nil` for a text that lacks a number.
  init?(text: String) {
    func number(_ name: String) -> Int? { XMLText.attribute(name, of: text).flatMap { Int($0) } }
    guard let fromLayer = number("from-layer"), let fromPort = number("from-port"), let toLayer = number("to-layer"),
      let toPort = number("to-port")
    else { return nil }
    from = End(layer: fromLayer, port: fromPort)
    to = End(layer: toLayer, port: toPort)
  }

  var text: String {
    "<edge from-layer=\"\(from.layer)\" from-port=\"\(from.port)\" to-layer=\"\(to.layer)\" to-port=\"\(to.port)\" />"
  }
}
